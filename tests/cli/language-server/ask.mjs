// node ask.mjs FOLDER-WITH-NODE-MODULES RECIPE LINE:COLUMN...: what the YAML language server says of a
// recipe, as an editor shows it: JSON with diagnostics, and for each place (counted from 1) the labels
// that it completes to and the text on which the pointer rests.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const [folder, file, ...places] = process.argv.slice(2);
const server = spawn(process.execPath,
  [join(folder, 'node_modules/yaml-language-server/bin/yaml-language-server'), '--stdio'],
  { stdio: ['pipe', 'pipe', 'inherit'] });

// The protocol's frames: a length, an empty line, JSON.
const waiting = new Map();
let received = Buffer.alloc(0);
let count = 0;
function send(message) {
  const body = JSON.stringify({ jsonrpc: '2.0', ...message });
  server.stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
}
function request(method, params) {
  const id = ++count;
  send({ id, method, params });
  return new Promise((done) => waiting.set(id, done));
}
const diagnosed = new Promise((done) => waiting.set('diagnostics', done));
server.stdout.on('data', (chunk) => {
  received = Buffer.concat([received, chunk]);
  for (;;) {
    const end = received.indexOf('\r\n\r\n');
    if (end < 0) return;
    const length = Number(/Content-Length: (\d+)/.exec(received.subarray(0, end).toString())[1]);
    if (received.length < end + 4 + length) return;
    const message = JSON.parse(received.subarray(end + 4, end + 4 + length).toString());
    received = received.subarray(end + 4 + length);
    if (message.method === undefined) waiting.get(message.id)?.(message.result);
    else if (message.id !== undefined) send({ id: message.id, result: answer(message) });
    else if (message.method === 'textDocument/publishDiagnostics') {
      waiting.get('diagnostics')(message.params.diagnostics);
    }
  }
});
// What the server asks of its editor: settings, mostly.
function answer(message) {
  if (message.method !== 'workspace/configuration') return null;
  return message.params.items.map(() => ({ validate: true, hover: true, completion: true,
    schemaStore: { enable: false } }));
}

const uri = pathToFileURL(resolve(file)).href;
await request('initialize', { processId: process.pid, rootUri: null, capabilities: {
  workspace: { configuration: true },
  textDocument: { hover: { contentFormat: ['plaintext'] } } } });
send({ method: 'initialized', params: {} });
send({ method: 'textDocument/didOpen', params: { textDocument: {
  uri, languageId: 'yaml', version: 1, text: readFileSync(file, 'utf8') } } });
const diagnostics = (await diagnosed).map(({ message, range }) =>
  `${range.start.line + 1}:${range.start.character + 1}: ${message}`);
const answers = [];
for (const place of places) {
  const [line, column] = place.split(':').map(Number);
  const at = { textDocument: { uri }, position: { line: line - 1, character: column - 1 } };
  const completion = await request('textDocument/completion', at);
  const hover = await request('textDocument/hover', at);
  answers.push({
    completes: (completion?.items ?? completion ?? []).map((item) => item.label),
    hover: typeof hover?.contents === 'string' ? hover.contents : hover?.contents?.value ?? '' });
}
console.log(JSON.stringify({ diagnostics, answers }));
server.kill();
process.exit(0);
