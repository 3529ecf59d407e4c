// Node's HTTP by another door: an `import` of `node:http` reads all its exports, and one of them loads the whole of Node's
// fetch, a twentieth of the start. Knows nothing else.

export const { createServer, ServerResponse, STATUS_CODES } = process.getBuiltinModule('node:http')
