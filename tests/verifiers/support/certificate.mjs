// A certificate for this machine's loopback address, for verifiers that read keys by https alone.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** `file` is the certificate, which signs itself; `options` are those of a server that shows it. */
export function makeCertificate() {
  const folder = mkdtempSync(join(tmpdir(), 'gate-certificate-'));
  const [key, file] = ['key.pem', 'certificate.pem'].map((name) => join(folder, name));
  const what = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '2'];
  const how = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  execFileSync('openssl', [...how, ...what, '-keyout', key, '-out', file], { stdio: 'ignore' });
  const options = { key: readFileSync(key), cert: readFileSync(file) };
  return { file, options, close: () => rm(folder, { recursive: true }) };
}
