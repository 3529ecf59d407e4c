// What the gateway decides about channels, compared with a second and naive reading of the rules, at random. The names,
// patterns and users are short and of few letters, so that they nearly match each other all the time.

import { expect, test } from 'vitest'
import { createAccess } from '../../gateway/access/access.ts'
import { clientGrant, keyGrant } from '../../gateway/access/patterns.ts'
import { admit } from '../../gateway/core/admission.ts'
import { type ChannelRule, ChannelRules } from '../../gateway/core/channel-rules.ts'
import { createCounters } from '../../gateway/core/counters.ts'
import type { Access, Identity, Verdict } from '../../gateway/core/identity.ts'
import { isChannelName, personalChannel } from '../../shared/channel-name.ts'
import {
  type Code,
  isName,
  personal,
  publish,
  type Rule,
  receive,
  type Who,
  type World,
} from '../access/naive-rules.ts'
import { seededRandom } from '../harness/seed.ts'

const WORLDS = 1500
const CASES_A_WORLD = 100

const LETTERS = [...'aab:::%204@$*.']
const ODD_LETTERS = [...'aAé 𝒳"\\,{}|^~!\n\0@$*%']

/** Everything random, made of one generator. */
class Chance {
  readonly random: () => number

  constructor(random: () => number) {
    this.random = random
  }

  below(bound: number): number {
    return Math.floor(this.random() * bound)
  }

  one<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)]!
  }

  list<T>(most: number, make: () => T): T[] {
    return Array.from({ length: this.below(most + 1) }, make)
  }

  text(letters: readonly string[]): string {
    return Array.from({ length: this.below(7) }, () => this.one(letters)).join('')
  }

  pattern(): string {
    const text = this.text(LETTERS) || '*'
    return this.random() < 0.1 ? this.one(['*', '@*', '$*', '@', '$stats', 'a:*', '*:a', 'a*b*a']) : text
  }

  user(): string {
    return this.text(this.random() < 0.5 ? LETTERS : ODD_LETTERS) || 'a'
  }

  /** A name near a pattern: its stars filled, sometimes a letter changed, encoded, or put in front. */
  name(patterns: readonly string[], users: readonly string[]): string {
    const from = this.random()
    let name = this.text(LETTERS)
    if (from < 0.5 && patterns.length > 0) {
      name = this.one(patterns).replace(/\*/g, () => this.text(LETTERS.filter(letter => letter !== '*')))
    } else if (from < 0.7 && users.length > 0) {
      name = this.one([
        personal,
        (user: string) => `@${user}`,
        (user: string) => `@${encodeURIComponent(user)}`,
      ])(this.one(users).toWellFormed())
    } else if (from < 0.75)
      name = this.one(['$stats', '$events', '$', '@', '', 'a'.repeat(200), 'a'.repeat(201)])
    if (this.random() < 0.15) name = this.one(['@', '$', '*', ' ', 'a', '%40', '%24']) + name
    if (this.random() < 0.1) name = name.slice(0, -1) + this.one(ODD_LETTERS)
    return name
  }
}

function makeRules(chance: Chance): Rule[] {
  return chance.list(6, () => ({
    match: chance.pattern(),
    subscribe: chance.one(['anyone', 'user', 'granted'] as const),
    publish: chance.one(['nobody', 'subscribers', 'user', 'granted'] as const),
  }))
}

function makeWho(chance: Chance): Who {
  const patterns = () => chance.list(4, () => chance.pattern())
  switch (chance.below(8)) {
    case 0:
      return { kind: 'anonymous' }
    case 1:
    case 2:
      return {
        kind: 'key',
        publish: patterns().filter(pattern => !pattern.startsWith('$')),
        read: chance.random() < 0.5,
        admin: chance.random() < 0.3,
      }
    case 3:
      return { kind: 'operator', mayWrite: chance.random() < 0.5 }
    case 4:
      return { kind: 'client', user: null, subscribe: patterns(), publish: patterns(), isNobody: true }
    default:
      return {
        kind: 'client',
        user: chance.random() < 0.3 ? null : chance.user(),
        subscribe: patterns(),
        publish: patterns(),
      }
  }
}

/** The same somebody, as the gateway knows them. */
function identityOf(who: Who): Identity {
  switch (who.kind) {
    case 'anonymous':
      return who
    case 'operator':
      return { kind: 'operator', user: 'o', session: 's', role: who.mayWrite ? 'operator' : 'viewer' }
    case 'key':
      return { ...who, name: 'k', publish: keyGrant(who.publish) }
    case 'client':
      return {
        kind: 'client',
        user: who.user ?? undefined,
        subscribe: clientGrant(who.subscribe),
        publish: clientGrant(who.publish),
        authority: who.isNobody ? { consult: async () => null } : undefined,
      }
  }
}

const patternsOf = (who: Who): readonly string[] =>
  who.kind === 'client' ? [...who.subscribe, ...who.publish] : who.kind === 'key' ? who.publish : []

const fullRule = (rule: Rule): ChannelRule => ({ ...rule, history: null, presence: false })

const codeOf = (verdict: Verdict): Code | null => (verdict === null ? null : (verdict.code as Code))

/** The gateway's own access, configured like the world. */
function accessTo({ rules, everyone }: World): Access {
  const auth = { jwt: { secret: 'x'.repeat(32), requireExp: true } }
  const parts = {
    config: { auth, everyone },
    rules: new ChannelRules(rules.map(fullRule)),
    clock: () => 0,
    identifyKey: () => null,
    keyNamed: () => null,
    warn: () => {},
  }
  return createAccess(parts)
}

/** What the gateway and the naive rules say about one name. */
function decide(who: Who, name: string, world: World, access: Access) {
  const identity = identityOf(who)
  const limits = { channelsPerConnection: 10 }
  const admission = { access, everyone: world.everyone, limits, counters: createCounters() }
  const { refused, channels } = admit([name], identity, admission)
  const gateway = [
    isChannelName(name),
    channels.includes(name) ? null : (refused[0]?.failure.code ?? 'neither'),
    ...(isName(name)
      ? [
          codeOf(access.maySubscribe(identity, name)),
          codeOf(access.mayRead(identity, name)),
          codeOf(access.mayPublish(identity, name, false)),
          codeOf(access.mayPublish(identity, name, true)),
        ]
      : []),
  ]
  if (!isName(name)) return { gateway, naive: [false, 'bad_request'] }
  const received = receive(who, name, world)
  const published = [publish(who, name, false, world), publish(who, name, true, world)]
  return { gateway, naive: [true, received, received, received, ...published] }
}

test('[N1] [N2] [N3] the gateway decides as the naive rules do, whoever asks for whatever', () => {
  const chance = new Chance(seededRandom())
  const tally = new Map<string, number>()
  for (let made = 0; made < WORLDS; made++) {
    const rules = makeRules(chance)
    const everyone = chance
      .list(2, () => chance.text(LETTERS))
      .filter(name => isName(name) && !/^[@$]/.test(name))
    const world: World = { rules, everyone }
    const access = accessTo(world)
    const people = Array.from({ length: 6 }, () => makeWho(chance))
    const users = people.flatMap(who => (who.kind === 'client' && who.user !== null ? [who.user] : []))
    for (let tried = 0; tried < CASES_A_WORLD; tried++) {
      const who = chance.one(people)
      const near = [...rules.map(({ match }) => match), ...patternsOf(who), ...everyone]
      const name = chance.name(near, users)
      const { gateway, naive } = decide(who, name, world, access)
      // Compared as text: `expect` would be most of the time that this takes.
      if (String(gateway) !== String(naive))
        expect({ world, who, name, decided: gateway }).toEqual({ decided: naive })
      const kind = `${who.kind} ${String(naive)}`
      tally.set(kind, (tally.get(kind) ?? 0) + 1)
    }
  }
  // Nothing that could happen hardly ever happened.
  expect(tally.size).toBeGreaterThan(25)
  expect([...tally.values()].reduce((sum, count) => sum + count)).toBe(WORLDS * CASES_A_WORLD)
})

test('[N2] the personal channel is that of one user only, whatever the name', () => {
  const chance = new Chance(seededRandom())
  const owners = new Map<string, string>()
  for (let made = 0; made < 50_000; made++) {
    const user = chance.user()
    const channel = personalChannel(user)
    if (channel !== personal(user)) expect({ user, channel }).toEqual({ user, channel: personal(user) })
    const owner = owners.get(channel) ?? user
    if (owner !== user) expect({ channel, users: [owner, user] }).toEqual('one user')
    owners.set(channel, owner)
  }
  expect(owners.size).toBeGreaterThan(5000)
})
