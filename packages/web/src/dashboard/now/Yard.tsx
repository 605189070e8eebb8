/** One model as a yard: what waits on its sidings, the points that decide, and the servers as platforms. */
import { useCallback, useLayoutEffect, useMemo, useRef, useState } from "react"
import { count, span } from "../../page/Format.ts"
import { useLanguage, useTexts } from "../../page/Language.tsx"
import type { Flow, ModelRow, ServerRow } from "../wire/Live.ts"
import { Cars } from "./Cars.tsx"
import { Figures } from "./Figures.tsx"
import { Platform } from "./Platform.tsx"
import { Queue } from "./Queue.tsx"
import { aspectOf } from "./Signal.tsx"
import * as Tracks from "./Tracks.ts"

const texts = {
  waiting: { en: (n: string) => `${n} waiting`, fr: (n: string) => `${n} en attente` },
  running: { en: (n: string) => `${n} running`, fr: (n: string) => `${n} en cours` },
  pace: { en: (n: string) => `${n} granted a minute`, fr: (n: string) => `${n} servies par minute` },
  threshold: { en: (t: string) => `TTFT up to ${t}`, fr: (t: string) => `TTFT jusqu’à ${t}` },
  queue: { en: "Waiting, by priority", fr: "En attente, par priorité" },
  servers: { en: "Servers", fr: "Serveurs" },
  none: { en: "No server is configured for this model.", fr: "Aucun serveur n’est configuré pour ce modèle." }
}

interface Props {
  readonly name: string
  readonly model: ModelRow
  readonly servers: ReadonlyArray<readonly [url: string, server: ServerRow]>
  readonly bestPriority: number
  readonly at: number
  readonly second: number
  readonly flow: ReadonlyArray<Flow>
  readonly onOpen: (url: string) => void
}

const sidingHeight = 26
const tall = 46
const low = 34

/** With many servers each gets less room. */
const many = 10

export const Yard = ({ at, bestPriority, flow, model, name, onOpen, second, servers }: Props) => {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const throat = useRef<HTMLDivElement>(null)
  const [width, setWidth] = useState(0)
  useLayoutEffect(() => {
    const element = throat.current
    if (element === null) return
    const observer = new ResizeObserver(() => setWidth(element.clientWidth))
    observer.observe(element)
    setWidth(element.clientWidth)
    return () => observer.disconnect()
  }, [])
  const height = servers.length > many ? low : tall
  const plan = useMemo(
    () => Tracks.plan(width, [bestPriority + 1, sidingHeight], [servers.length, height]),
    [width, bestPriority, servers.length, height]
  )
  const urls = servers.map(([url]) => url).join(" ")
  const platformOf = useCallback((server: string) => urls.split(" ").indexOf(server), [urls])
  const sidingOf = useCallback((priority: number) => Math.max(0, bestPriority - priority), [bestPriority])
  const own = useMemo(() => flow.filter(([of]) => of === name), [flow, name])
  const total = (groups: ModelRow["waiting"]) => groups.reduce((sum, [, , count]) => sum + count, 0)
  const used = new Set(model.waiting.map(([, priority]) => sidingOf(priority)))
  return (
    <section className="yard" aria-labelledby={`yard-${name}`} data-low={height === low || undefined}>
      <header>
        <h2 id={`yard-${name}`} translate="no">{name}</h2>
        <p className="rule">
          <span translate="no">{model.strategy} + {model.policy}</span>
          {model.policy === "performance" && ` · ${t.threshold(span(language, model.ttftThreshold))}`}
        </p>
        <p className="sums">
          <b data-any={total(model.waiting) > 0 || undefined}>{t.waiting(count(language, total(model.waiting)))}</b>
          {" · "}
          {t.running(count(language, total(model.running)))}
          {" · "}
          {t.pace(count(language, model.pace))}
        </p>
      </header>
      <div className="tracks" style={{ "--rows": height === low ? `${low}px` : `${tall}px` } as React.CSSProperties}>
        <div
          className="reception"
          role="group"
          aria-label={t.queue}
          style={{ paddingTop: `${plan.sidings[0]! - sidingHeight / 2}px` }}
        >
          <Queue waiting={model.waiting} bestPriority={bestPriority} />
        </div>
        <div className="throat" ref={throat} aria-hidden="true">
          {width > 0 && (
            <>
              <svg width={plan.width} height={plan.height} viewBox={`0 0 ${plan.width} ${plan.height}`}>
                {plan.sidings.map((_, place) => (
                  <path
                    key={place}
                    className="track"
                    data-used={used.has(place) || undefined}
                    d={Tracks.siding(plan, place)}
                  />
                ))}
                {servers.map(([url, server], place) => (
                  <path
                    key={url}
                    className="track"
                    data-aspect={aspectOf(server, name)}
                    d={Tracks.platform(plan, place)}
                  />
                ))}
                {servers.length > 0 && <path className="track neck" d={Tracks.neck(plan)} />}
                <circle className="points" cx={Tracks.points(plan)[0]} cy={Tracks.points(plan)[1]} r="6" />
              </svg>
              <Cars at={at} flow={own} plan={plan} platformOf={platformOf} sidingOf={sidingOf} />
            </>
          )}
        </div>
        {servers.length === 0
          ? <p className="soft">{t.none}</p>
          : (
            <ul className="platforms" aria-label={t.servers}>
              {servers.map(([url, server]) => (
                <Platform key={url} url={url} model={name} server={server} at={second} onOpen={onOpen} />
              ))}
            </ul>
          )}
      </div>
      <Figures model={model} bestPriority={bestPriority} at={second} />
    </section>
  )
}
