{{- define "aiguilleur.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "aiguilleur.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" -}}
{{- else if contains (include "aiguilleur.name" .) .Release.Name -}}
{{- .Release.Name | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "aiguilleur.name" .) | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "aiguilleur.selector" -}}
app.kubernetes.io/name: {{ include "aiguilleur.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "aiguilleur.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{ include "aiguilleur.selector" . }}
{{- end -}}

{{- define "aiguilleur.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "aiguilleur.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "aiguilleur.external" -}}
{{- if or .Values.database.url .Values.database.existingSecret -}}true{{- end -}}
{{- end -}}

{{- define "aiguilleur.persistent" -}}
{{- if eq (toString .Values.persistence.enabled) "auto" -}}
{{- if not (include "aiguilleur.external" .) -}}true{{- end -}}
{{- else if .Values.persistence.enabled -}}true{{- end -}}
{{- end -}}

{{/* The file that the gateway reads: it listens to all addresses of its pod, whatever the values say. */}}
{{- define "aiguilleur.configuration" -}}
{{- $file := deepCopy .Values.config -}}
{{- $file = merge (dict "http" (merge (dict "host" "0.0.0.0" "port" 8080) (default dict $file.http))) $file -}}
{{- $file = merge (dict "models" .Values.models) $file -}}
{{- if .Values.keys }}{{- $file = merge (dict "keys" .Values.keys) $file -}}{{- end -}}
{{- toYaml $file -}}
{{- end -}}
