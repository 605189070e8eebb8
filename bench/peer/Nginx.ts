/**
 * nginx with one worker and no buffering: the other proxy that never reads a body.
 */
import { spawnSync } from "node:child_process"
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Child from "../Child.ts"
import type { Peer } from "../Peer.ts"

// The limits on requests per connection are lifted, since a closed loop would meet them several times a second.
const config = (folder: string, port: number, upstream: number) => `
daemon off;
worker_processes 1;
pid ${folder}/nginx.pid;
error_log stderr;
events { worker_connections 4096; }
http {
  access_log off;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  keepalive_requests 100000000;
  upstream engine {
    server 127.0.0.1:${upstream};
    keepalive 256;
    keepalive_requests 100000000;
  }
  server {
    listen 127.0.0.1:${port} backlog=1024;
    location / {
      proxy_pass http://engine;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_buffering off;
    }
  }
}
`

export const nginx: Peer = {
  name: "nginx",
  start: async ({ scratch, upstream }) => {
    const found = spawnSync("nginx", ["-v"], { encoding: "utf8" })
    if (found.status !== 0) return "not installed"
    const port = await Child.freePort()
    const folder = join(scratch, "nginx")
    mkdirSync(folder)
    const file = join(folder, "nginx.conf")
    writeFileSync(file, config(folder, port, upstream))
    const command = ["nginx", "-p", folder, "-e", "stderr", "-c", file]
    const child = Child.start({ name: "nginx", scratch, core: "proxy", command })
    return {
      version: /nginx\/(\S+)/.exec(found.stderr)?.[1] ?? "unknown",
      target: { pid: child.pid, port, headers: {} },
      children: [child],
      notes: []
    }
  }
}
