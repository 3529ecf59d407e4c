// nchan, a publish-subscribe module for nginx in C, with one worker and its store in memory: what native code costs.

import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startProcess } from '../server-process.ts'
import { eventStreamRequest, upgradeRequest } from '../subscribe-request.ts'
import type { RunningServer, StartOptions, Target } from '../target.ts'

const MODULE = '/usr/lib/nginx/modules/ngx_nchan_module.so'

export const nchan: Target = {
  name: 'nchan',
  missing() {
    const isThere = spawnSync('nginx', ['-v']).status === 0 && existsSync(MODULE)
    return isThere ? null : 'nchan is not installed: apt-get install nginx libnginx-mod-nchan'
  },
  async start(options: StartOptions): Promise<RunningServer> {
    const folder = await mkdtemp(join(tmpdir(), 'nchan-bench-'))
    const remove = () => rm(folder, { recursive: true, force: true })
    try {
      const port = await freePort()
      await writeFile(join(folder, 'nginx.conf'), configurationOf(port, folder))
      const args = ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', 'stderr']
      // It has nothing to save, and frees its memory twice when it is asked to end.
      const command = { program: 'nginx', args, folder, env: {}, port, stopSignal: 'SIGKILL' } as const
      const server = await startProcess({ core: options.core, ...command })
      const stop = async () => {
        await server.stop()
        await remove()
      }
      const isWebSocket = options.transport === 'websocket'
      const wire = {
        port,
        subscribe: (isWebSocket ? upgradeRequest : eventStreamRequest)('/sub?id=bench'),
        // Its event streams begin with a comment.
        ready: isWebSocket ? '\r\n\r\n' : ': hi\n\n',
        publish: { path: '/pub?id=bench', headers: [], before: '', after: '' },
      }
      return { ...server, wire, stop }
    } catch (error) {
      await remove()
      throw error
    }
  },
}

/** One process without a master, so that all its CPU is found under one pid; a thousand messages kept, as our default is. */
function configurationOf(port: number, folder: string): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    name => `${name}_temp_path ${join(folder, name)};`,
  )
  return `
load_module ${MODULE};
daemon off;
master_process off;
pid ${join(folder, 'nginx.pid')};
events { worker_connections 20000; }
http {
  access_log off;
  keepalive_requests 1000000000;
  nchan_max_reserved_memory 512M;
  nchan_message_buffer_length 1000;
  ${temporary.join('\n  ')}
  server {
    listen 127.0.0.1:${port} backlog=1024;
    location = /pub { nchan_publisher; nchan_channel_id $arg_id; }
    location = /sub {
      nchan_subscriber websocket eventsource;
      nchan_channel_id $arg_id;
      nchan_subscriber_first_message newest;
    }
  }
}
`
}

/** nginx does not say which port it got; one that was free a moment ago is. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
