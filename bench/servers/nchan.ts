// nchan, a publish-subscribe module for nginx in C, with one worker and its store in memory: what native code costs.

import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Server } from './server.ts'
import { startProcess } from './server-process.ts'

const MODULE = '/usr/lib/nginx/modules/ngx_nchan_module.so'

export const nchan: Server = {
  name: 'nchan',
  missing() {
    const isThere = spawnSync('nginx', ['-v']).status === 0 && existsSync(MODULE)
    return isThere
      ? null
      : 'nchan is not installed, so it is left out: apt-get install nginx libnginx-mod-nchan'
  },
  async start({ core, transport }) {
    const folder = await mkdtemp(join(tmpdir(), 'nchan-bench-'))
    const remove = () => rm(folder, { recursive: true, force: true })
    try {
      const port = await freePort()
      await writeFile(join(folder, 'nginx.conf'), configurationOf(port, folder))
      const args = ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', 'stderr']
      // It has nothing to save, and frees its memory twice when it is asked to end.
      const command = { program: 'nginx', args, folder, env: {}, port, stopSignal: 'SIGKILL' } as const
      const server = await startProcess({ core, ...command })
      const stop = async () => {
        await server.stop()
        await remove()
      }
      return { ...server, address: { server: 'nchan', transport, port, apiKey: '' }, stop }
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
      nchan_subscriber_last_message_id $arg_since;
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
