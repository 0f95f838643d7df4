// fast-proxy as its readme shows it, through undici, and the two questions before it.
import { createServer } from 'node:http';
import fastProxy from 'fast-proxy';
import { guarding } from './allowed.mjs';

const { PORT, UPSTREAM } = process.env;
const { proxy } = fastProxy({ base: UPSTREAM, undici: { connections: 512, pipelining: 1 } });

const forward = (request, response) => proxy(request, response, request.url, {});

createServer(guarding(forward)).listen(Number(PORT), '127.0.0.1');
