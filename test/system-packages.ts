// The programs that tests need beside Node: a browser, PHP, nginx, curl, openssl. Knows how Debian installs them, and no tests.

import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

/** The Debian package → a command that succeeds where what it brings is there. */
const NEEDED: Record<string, string> = {
  chromium: 'command -v chromium',
  'php-cli': 'command -v php',
  'php-curl': 'php -r "exit((int) !extension_loaded(\'curl\'));"',
  // Ordinary users have no /usr/sbin among their paths.
  'php-fpm': 'ls /usr/sbin/php-fpm*',
  nginx: 'test -x /usr/sbin/nginx || command -v nginx',
  curl: 'command -v curl',
  openssl: 'command -v openssl',
}

/**
 * Installs what is missing where it may (root on Debian, the command printed first). Returns what is left to do in one
 * sentence, or `null` when everything is there.
 */
export function ensureSystemPackages(say: (text: string) => void): string | null {
  const packages = missingPackages()
  if (packages.length === 0) return null
  const command = `apt-get install -y --no-install-recommends ${packages.join(' ')}`
  const mayInstall = process.getuid?.() === 0 && existsSync('/etc/debian_version')
  if (mayInstall) {
    say(`== apt-get update && ${command}`)
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    spawnSync('/bin/sh', ['-c', `apt-get update -qq && ${command}`], { env, stdio: 'inherit' })
  }
  const left = missingPackages()
  if (left.length === 0) return null
  return `The tests need ${left.join(', ')}: install them first, on Debian with \`sudo ${command}\`.`
}

function missingPackages(): string[] {
  const succeeds = (command: string) =>
    spawnSync('/bin/sh', ['-c', command], { stdio: 'ignore' }).status === 0
  return Object.entries(NEEDED)
    .filter(([, command]) => !succeeds(command))
    .map(([name]) => name)
}
