// The configuration files of the programs that are compared: the same job, as their operators would write it.
import { dotted, audience, issuer } from './material.mjs';

const nginxFrame = (folder, name, body) => `
worker_processes 1;
daemon off;
error_log ${folder}/${name}.err error;
pid ${folder}/${name}.pid;
events { worker_connections 4096; }
http {
  access_log off;
  sendfile on;
  keepalive_requests 1000000;
  client_body_temp_path ${folder}/${name}-body;
  proxy_temp_path ${folder}/${name}-proxy;
  fastcgi_temp_path ${folder}/${name}-fastcgi;
  uwsgi_temp_path ${folder}/${name}-uwsgi;
  scgi_temp_path ${folder}/${name}-scgi;
  client_max_body_size 0;
  map $http_upgrade $connection_upgrade { default upgrade; '' ''; }
${body}
}
`;

const through = `proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $connection_upgrade; proxy_set_header Host $host;`;
const toUpstream = `proxy_pass http://upstream; ${through} proxy_request_buffering off;`;
const upstream = (port) =>
  `  upstream upstream { server 127.0.0.1:${port}; keepalive 512; keepalive_requests 1000000; }`;
const realIp = `set_real_ip_from 127.0.0.1; real_ip_header X-Forwarded-For;`;

/** The platform: files, and a small service behind it for uploads and WebSockets. */
export const nginxUpstream = (folder, port, sinkPort) =>
  nginxFrame(
    folder,
    `upstream-${port}`,
    `${upstream(sinkPort)}
  server {
    listen 127.0.0.1:${port} backlog=4096; root ${folder}/www; etag off;
    location = /transcripts/a/upload { ${toUpstream} }
    location = /transcripts/a/echo { ${toUpstream} }
  }`,
  );

export const nginxPlain = (folder, port, upstreamPort) =>
  nginxFrame(
    folder,
    `plain-${port}`,
    `${upstream(upstreamPort)}\n  server { listen 127.0.0.1:${port} backlog=4096; location / { ${toUpstream} } }`,
  );

/**
 * \`satisfy any\`: an allow line a range, else a subrequest to the service, over kept connections where `kept`; without
 * any more than the manual of the module shows, each has a connection of its own.
 */
export const nginxAuthRequest = (folder, port, upstreamPort, authPort, ranges, kept = true) =>
  nginxFrame(
    folder,
    `auth-${port}`,
    `${upstream(upstreamPort)}
  upstream auth { server 127.0.0.1:${authPort}; ${kept ? 'keepalive 128; keepalive_requests 1000000;' : ''} }
  server {
    listen 127.0.0.1:${port} backlog=4096;
    ${realIp}
    location /transcripts/ {
      satisfy any;
${ranges.map(([start]) => `      allow ${dotted(start)}/28;`).join('\n')}
      deny all;
      auth_request /auth;
      ${toUpstream}
    }
    location = /auth {
      internal; proxy_pass http://auth; proxy_pass_request_body off;
      ${kept ? 'proxy_http_version 1.1; proxy_set_header Connection "";' : ''}
      proxy_set_header Content-Length ""; proxy_set_header X-Original-URI $request_uri;
    }
    location / { ${toUpstream} }
  }`,
  );

export const nginxAuthRequestPlain = (...given) => nginxAuthRequest(...given, false);

/** By an expert: addresses in a geo tree, the subrequest's answer cached by token and bot. */
export const nginxGeoCached = (folder, port, upstreamPort, authPort, ranges) =>
  nginxFrame(
    folder,
    `geo-${port}`,
    `${upstream(upstreamPort)}
  upstream auth { server 127.0.0.1:${authPort}; keepalive 128; keepalive_requests 1000000; }
  proxy_cache_path ${folder}/geo-cache keys_zone=auth:50m max_size=1g;
  geo $listed { default 0; ${ranges.map(([start]) => `${dotted(start)}/28 1;`).join(' ')} }
  server {
    listen 127.0.0.1:${port} backlog=4096;
    ${realIp}
    location ~ ^/transcripts/(?<bot>[^/]+)/ { auth_request /auth; ${toUpstream} }
    location = /auth {
      internal; if ($listed) { return 204; }
      proxy_pass http://auth; proxy_pass_request_body off; proxy_http_version 1.1;
      proxy_set_header Connection ""; proxy_set_header Content-Length ""; proxy_set_header X-Original-URI $request_uri;
      proxy_cache auth; proxy_cache_key "$http_authorization $bot"; proxy_cache_valid 204 60s;
    }
    location / { ${toUpstream} }
  }`,
  );

export const haproxy = (folder, port, upstreamPort, publicKeyFile) => `
global
  nbthread 1
  maxconn 4096
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  http-reuse always
frontend f
  bind 127.0.0.1:${port}
  acl transcript path_beg /transcripts/
  acl listed req.hdr_ip(X-Forwarded-For) -f ${folder}/ranges.lst
  http-request set-var(txn.bot) path,field(3,/)
  http-request set-var(txn.exp) http_auth_bearer,jwt_payload_query('$.exp','int') if transcript !listed
  http-request set-var(txn.now) date() if transcript !listed
  http-request deny deny_status 401 if transcript !listed !{ http_auth_bearer,jwt_header_query('$.alg') -m str RS256 }
  http-request deny deny_status 401 if transcript !listed !{ http_auth_bearer,jwt_verify("RS256","${publicKeyFile}") -m int 1 }
  http-request deny deny_status 401 if transcript !listed !{ http_auth_bearer,jwt_payload_query('$.iss') -m str ${issuer} }
  http-request deny deny_status 401 if transcript !listed !{ http_auth_bearer,jwt_payload_query('$.aud') -m str ${audience} }
  http-request deny deny_status 401 if transcript !listed { var(txn.now),sub(txn.exp) -m int gt 0 }
  http-request deny deny_status 403 if transcript !listed !{ http_auth_bearer,jwt_payload_query('$.bot_list') -m sub a }
  default_backend b
backend b
  server s 127.0.0.1:${upstreamPort}
`;

/** Nothing is logged of a request, and nothing recorded. */
export const quiet = { log: { level: 'warn' }, activity: null };

/** What is asked for is guarded by no route, and passed on to everybody; with `canaries` it is searched. */
export const unguarded = { routes: [{ path: '/elsewhere/:botId/:conversationId' }] };
export const searched = {
  ...unguarded,
  canaries: [{ name: 'bench', phrase: 'what no answer of it has in it' }],
};

/** The gateway itself, as it is delivered or with `more`; JSON is YAML. */
export const gateway = (folder, port, privatePort, upstreamPort, publicKeyFile, more) =>
  JSON.stringify({
    public: { port },
    private: { port: privatePort },
    upstream: { url: `http://127.0.0.1:${upstreamPort}` },
    routes: [{ path: '/transcripts/:botId/:conversationId' }],
    identity: {
      issuers: [
        {
          name: 'staff',
          issuer,
          audience,
          keys: [{ algorithm: 'RS256', publicKeyFile }],
          from: ['bearer'],
          grants: ['member'],
        },
      ],
    },
    trustedProxies: { cidrs: ['127.0.0.1/32'], source: 'x-forwarded-for' },
    store: { file: `${folder}/store` },
    admin: { tokenFile: `${folder}/admin-token` },
    ...more,
  });
