import { test } from 'vitest'
import { writeFileSync } from 'node:fs'
import { startApi, KEY } from './api-fixture.ts'
import net from 'node:net'
test('doc', async () => {
  const { call, app } = await startApi()
  writeFileSync('/tmp/openapi.json', JSON.stringify((await call('GET','/api/openapi.json')).json(), null, 1))
  await app.listen({port:0})
  const port = (app.server.address() as any).port
  const body = JSON.stringify({channel:'public:prices:eurusd', data:{symbol:'EURUSD',bid:1.0812,ask:1.0815,time:1700000000123,venue:'x y z',note:'hello world'}})
  const req = `POST /api/publish HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${KEY}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`
  for (let r=0;r<4;r++) {
    const N=5000, C=16
    const c0=process.cpuUsage(); const t0=performance.now()
    await Promise.all(Array.from({length:C},()=>new Promise<void>(res=>{ let n=0; const s=net.connect(port,'127.0.0.1'); s.on('connect',()=>s.write(req)); s.on('data',()=>{ if(++n===N/C|0){s.end();res()} else s.write(req)}) })))
    const c=process.cpuUsage(c0); writeFileSync('/tmp/pub.txt', ['us cpu per publish (client included)', ((c.user+c.system)/N).toFixed(1), 'wall', ((performance.now()-t0)*1000/N).toFixed(1)].join(' ')+'\n',{flag:'a'})
  }
}, 60000)
