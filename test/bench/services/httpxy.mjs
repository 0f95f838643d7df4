// httpxy as its readme shows it, with kept connections to the upstream, and the two questions before it.
import { Agent, createServer } from 'node:http';
import { createProxyServer } from 'httpxy';
import { guarding } from './allowed.mjs';

const { PORT, UPSTREAM } = process.env;
const agent = new Agent({ keepAlive: true, maxSockets: 512 });
const proxy = createProxyServer({ target: UPSTREAM, agent });

const forward = (request, response) => void proxy.web(request, response).catch(() => response.destroy());

createServer(guarding(forward)).listen(Number(PORT), '127.0.0.1');
