// Writes docs/benchmarks.md and its drawing: `npm run bench:page [-- FILE]`, from the JSON of a whole run.

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { chartOf } from './chart.ts'
import { pageOf } from './markdown.ts'
import type { Report } from './report.ts'

const DOCS = join(import.meta.dirname, '../docs')
const [file = join(import.meta.dirname, 'results/whole.json')] = process.argv.slice(2)

const report = JSON.parse(readFileSync(file, 'utf8')) as Report
writeFileSync(join(DOCS, 'benchmarks.svg'), chartOf(report))
writeFileSync(join(DOCS, 'benchmarks.md'), pageOf(report, 'benchmarks.svg'))
