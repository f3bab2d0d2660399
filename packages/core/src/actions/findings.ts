import { fail } from '../errors/index.js';
import type { Finding } from '../plugin-api/failure.js';

/** Stops when a finding is an error; all of them are told at once. @throws StagecraftError `user` */
export function refuseFindings(findings: readonly Finding[]): void {
  const errors = findings.filter((finding) => finding.severity === 'error');
  const [first] = errors;
  if (!first) return;
  throw fail({
    code: errors.length === 1 ? first.code : 'SC5004',
    kind: 'user',
    message: errors.length === 1 ? first.message : `${errors.length} things must be mended before anything can change.`,
    next: errors.length === 1 ? (first.next ?? []) : [],
    findings: errors,
    ...(errors.length === 1 && first.location ? { location: first.location } : {}),
  });
}
