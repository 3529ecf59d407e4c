// The configurations of docs/proxies.md for the machine of a test: its ports, its folders, nobody's rights. Knows no test.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export type FrontKind = 'nginx' | 'caddy' | 'apache'

export interface FrontPlace {
  /** The only folder that the server writes to; the certificate is here, too. */
  readonly folder: string
  readonly httpsPort: number
  readonly httpPort: number
  readonly gatewayPort: number
  /** nginx with php-fpm, as the page has it. */
  readonly php?: PhpPlace
}

export interface PhpPlace {
  /** Where `index.php` and `hook.php` are. */
  readonly root: string
  /** For the server that only the gateway uses. */
  readonly hookPort: number
  readonly pagesSocket: string
  readonly hookSocket: string
}

export interface FrontFile {
  readonly name: string
  readonly text: string
}

const page = readFileSync(join(import.meta.dirname, '../../docs/proxies.md'), 'utf8')

/** The block of the page behind `<!-- proxy=NAME -->`. */
export function blockOf(name: string): string {
  const block = new RegExp(`<!-- proxy=${name} -->\\n\`\`\`\\w+\\n(.*?)^\`\`\`$`, 'ms').exec(page)
  if (!block) throw new Error(`docs/proxies.md has no block "${name}".`)
  return block[1]!
}

/** Replaces every occurrence; one that is missing means that page and test have parted. */
export function adapt(text: string, changes: Record<string, string>): string {
  return Object.entries(changes).reduce((changed, [from, to]) => {
    if (!changed.includes(from)) throw new Error(`docs/proxies.md says "${from}" no more.`)
    return changed.replaceAll(from, to)
  }, text)
}

/** Beside https each server listens for plain http, so that a test sees the bytes. Read timeouts are two seconds. */
export const FRONT_FILES: Record<FrontKind, (place: FrontPlace) => readonly FrontFile[]> = {
  nginx: place => [{ name: 'nginx.conf', text: nginx(place) }],
  caddy: place => [{ name: 'Caddyfile', text: caddy(place) }],
  apache: place => [
    { name: 'apache.conf', text: apache(place) },
    { name: 'come-back.asis', text: blockOf('apache-asis') },
  ],
}

function nginx(place: FrontPlace): string {
  const { folder, httpsPort, httpPort, gatewayPort, php } = place
  const site = adapt(blockOf('nginx'), {
    'listen 443 ssl http2;': `listen 127.0.0.1:${httpsPort} ssl http2; listen 127.0.0.1:${httpPort};`,
    'server_name example.org;': `server_name localhost;\n${php ? phpPages(php) : ''}`,
    '/etc/ssl/example.org.pem': `${folder}/front.crt`,
    '/etc/ssl/example.org.key': `${folder}/front.key`,
    '127.0.0.1:8080': `127.0.0.1:${gatewayPort}`,
    '/var/log/nginx/': `${folder}/`,
    'proxy_read_timeout 60s;': 'proxy_read_timeout 2s;',
    'retry: 3000': 'retry: 300',
  })
  const parts = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  const paths = parts.map(name => `${name}_temp_path ${folder}/${name};`).join('\n')
  const main = adapt(blockOf('nginx-main'), { 'worker_connections 40000;': 'worker_connections 1000;' })
  return `daemon off;\npid ${folder}/nginx.pid;\n${main}
http {\ngzip on; gzip_types *; gzip_min_length 1;\n${paths}\naccess_log ${folder}/access.log;\n${site}\n${php ? phpHook(php) : ''}\n}\n`
}

const FASTCGI = { 'include fastcgi_params;': 'include /etc/nginx/fastcgi_params;' }

function phpPages({ root, pagesSocket }: PhpPlace): string {
  return adapt(blockOf('nginx-php'), {
    ...FASTCGI,
    '/var/www/example/public': root,
    '/run/php/php-fpm.sock': pagesSocket,
  })
}

function phpHook({ root, hookPort, hookSocket }: PhpPlace): string {
  return adapt(blockOf('nginx-hook'), {
    ...FASTCGI,
    '/var/www/example/public': root,
    '127.0.0.1:8000': `127.0.0.1:${hookPort}`,
    '/run/php/twinwire-hook.sock': hookSocket,
  })
}

function caddy({ folder, httpsPort, httpPort, gatewayPort }: FrontPlace): string {
  const block = adapt(blockOf('caddy'), { '127.0.0.1:8080': `127.0.0.1:${gatewayPort}` })
  const site = (address: string, more = '') => adapt(block, { 'example.org {': `${address} {\n${more}` })
  const certificate = `tls ${folder}/front.crt ${folder}/front.key\n`
  const plain = site(`http://localhost:${httpPort}`)
  const secure = site(`https://localhost:${httpsPort}`, certificate)
  return `{\nadmin off\nauto_https disable_redirects\ndefault_bind 127.0.0.1\n}\n${plain}\n${secure}`
}

function apache({ folder, httpsPort, httpPort, gatewayPort }: FrontPlace): string {
  const modules = ['mpm_event', 'authz_core', 'alias', 'setenvif', 'ssl', 'socache_shmcb', 'http2']
    .concat(['proxy', 'proxy_http', 'asis'])
    .map(name => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`)
  const site = adapt(blockOf('apache'), {
    '*:443': `127.0.0.1:${httpsPort}`,
    'ServerName example.org': 'ServerName localhost',
    '/etc/ssl/example.org.pem': `${folder}/front.crt`,
    '/etc/ssl/example.org.key': `${folder}/front.key`,
    '127.0.0.1:8080': `127.0.0.1:${gatewayPort}`,
    '/etc/apache2/': `${folder}/`,
    'timeout=60': 'timeout=2',
  })
  const plain = site.replaceAll(/^ *SSL.*$/gm, '').replace(`:${httpsPort}>`, `:${httpPort}>`)
  return `${modules.join('\n')}\nServerRoot ${folder}\nPidFile ${folder}/apache.pid\nErrorLog ${folder}/error.log
Listen 127.0.0.1:${httpPort}\nListen 127.0.0.1:${httpsPort}\nDefaultRuntimeDir ${folder}\n${site}\n${plain}`
}
