import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { parse, parseAllDocuments } from 'yaml';
import { runGateway } from '../support/gateway-process.ts';
import { root } from './sources.ts';

const read = (name: string): string => readFileSync(join(root, name), 'utf8');
const dir = mkdtempSync(join(tmpdir(), 'deployment-test-'));
t.teardown(() => rmSync(dir, { recursive: true }));

interface Manifest {
  readonly kind: string;
  readonly data?: Readonly<Record<string, string>>;
  readonly spec?: Readonly<Record<string, unknown>>;
}

const manifests = ['gateway', 'network-policy'].flatMap((name) =>
  parseAllDocuments(read(`docker/kubernetes/${name}.yaml`)).map((document) => {
    if (document.errors[0] !== undefined) throw document.errors[0];
    return document.toJS() as Manifest;
  }),
);
const ofKind = (kind: string): Manifest[] => manifests.filter((manifest) => manifest.kind === kind);
const kubernetesConfig = ofKind('ConfigMap')[0]?.data?.['gateway.yaml'] ?? '';

t.test('what is deployed is configured rightly', async (t) => {
  const configs = {
    compose: read('docker/compose/gateway.yaml'),
    // The secret is mounted in a cluster only.
    kubernetes: kubernetesConfig.replace(/passwordFile: \S+/, 'password: x'),
  };
  for (const [name, text] of Object.entries(configs)) {
    const file = join(dir, `${name}.yaml`);
    writeFileSync(file, text);
    const run = runGateway({ args: ['check-config', '--config', file] });
    t.equal(await run.exited, 0, `${name}: ${run.text()}`);
    rmSync(run.dir, { recursive: true });
  }
});

t.test('the packs of platforms come along', async (t) => {
  const file = join(dir, 'packed.yaml');
  writeFileSync(file, "upstream: { url: 'http://127.0.0.1:3000' }\nplatform: { name: zammad, bot: desk }\n");
  const run = runGateway({ args: ['check-config', '--config', file, '--show'] });
  t.equal(await run.exited, 0, run.text());
  t.match(run.text(), /^# {3}title: Zammad\n(?:# .*\n)+# {3}notCovered:\n/m, 'what it does not cover');
  t.match(run.text(), /path: \/api\/v1\/tickets # pack zammad\n/, 'as built');
  t.match(run.text(), /url: http:\/\/127.0.0.1:3000 # file .*packed.yaml:1:/);
  t.match(run.text(), /\n {2}port: 8080\n/, 'a default says nothing of where it was said');
  rmSync(run.dir, { recursive: true });
  const { files } = JSON.parse(read('package.json')) as { files: string[] };
  t.ok(files.includes('config'), 'in the package');
  t.match(read('Dockerfile'), /^COPY --from=build \/app\/config \.\/config$/m, 'in the image');
  t.notMatch(read('.dockerignore'), /packs|^config\/?$/m);
});

t.test('Kubernetes', async (t) => {
  const probe = (path: string) => ({ httpGet: { path, port: 'private' } });
  t.match(ofKind('Deployment')[0]?.spec, {
    replicas: 2,
    template: {
      spec: {
        enableServiceLinks: false,
        automountServiceAccountToken: false,
        securityContext: { runAsNonRoot: true, runAsUser: 65532 },
        containers: [
          {
            startupProbe: probe('/healthz'),
            livenessProbe: probe('/healthz'),
            readinessProbe: probe('/readyz'),
            securityContext: { readOnlyRootFilesystem: true, allowPrivilegeEscalation: false },
          },
        ],
      },
    },
  });
  const { shutdown } = parse(kubernetesConfig) as { shutdown: { delayMs: number; drainMs: number } };
  const grace = Number(
    /terminationGracePeriodSeconds: (\d+)/.exec(read('docker/kubernetes/gateway.yaml'))?.[1],
  );
  t.ok(
    grace * 1000 > shutdown.delayMs + shutdown.drainMs,
    'the cluster waits longer than the gateway drains',
  );
  t.equal(
    ofKind('NetworkPolicy').length,
    2,
    'who may reach the gateways, and that only they reach the platform',
  );
  t.equal(ofKind('PodDisruptionBudget').length, 1);
});

t.test('compose', async (t) => {
  const compose = parse(read('docker/compose.yaml'), { merge: true }) as Record<
    string,
    Record<string, unknown>
  >;
  t.same(Object.keys(compose['services'] ?? {}).sort(), [
    'balancer',
    'gateway-1',
    'gateway-2',
    'platform',
    'redis',
  ]);
  t.match(compose['services']?.['gateway-1'], { read_only: true, cap_drop: ['ALL'] });
  const published = JSON.stringify(compose).match(/"ports":\[[^\]]*\]/g);
  t.same(
    published,
    ['"ports":["127.0.0.1:8080:8080"]'],
    'only the balancer is reached, and only from this machine',
  );
  t.match(read('docker/compose.yaml'), /noeviction/);
});

t.test('the image', async (t) => {
  const file = read('Dockerfile');
  t.match(file, /^USER 65532:65532$/m);
  t.match(file, /^HEALTHCHECK [\s\S]*"healthcheck"\]$/m);
  t.match(file, /TGW_PUBLIC_HOST=0\.0\.0\.0/);
  t.equal(file.match(/^FROM /gm)?.length, 2, 'what builds is not what runs');
  for (const [, name = ''] of file.matchAll(/--from=build (?:--chown=\S+ )?\/app\/(\S+)/g))
    if (!['node_modules', 'dist', 'data'].includes(name))
      t.ok(
        read('.dockerignore')
          .split('\n')
          .every((line) => line !== name),
        name,
      );
});
