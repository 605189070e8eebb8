"""Kubernetes' schemas from the wheel of kubernetes-validate, in the form that kubeconform reads: each whole by itself."""
import json
import pathlib
import sys
import zipfile

wheel, target = zipfile.ZipFile(sys.argv[1]), pathlib.Path(sys.argv[2])
folder = "kubernetes_validate/kubernetes-json-schema/v1.37.0-local-strict/"
wanted = [
    "configmap-v1", "deployment-apps-v1", "ingress-networking-v1", "networkpolicy-networking-v1",
    "persistentvolumeclaim-v1", "poddisruptionbudget-policy-v1", "secret-v1", "service-v1", "serviceaccount-v1",
]


def within(value):
    """References to the file of definitions become references to the definitions in the same file."""
    if isinstance(value, list):
        return [within(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        key: "#" + item.split("#", 1)[1] if key == "$ref" and isinstance(item, str) else within(item)
        for key, item in value.items()
    }


definitions = within(json.loads(wheel.read(folder + "_definitions.json"))["$defs"])
target.mkdir()
for name in wanted:
    schema = within(json.loads(wheel.read(f"{folder}{name}.json")))
    (target / f"{name}.json").write_text(json.dumps({**schema, "$defs": definitions}))
