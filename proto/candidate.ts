/** Candidate: written again inside events and reviews, so it carries what a newer release put into it. */
import type { Candidate, Finding } from '../pipeline/model.ts';
import {
  boxIn,
  boxOut,
  countOut,
  finiteIn,
  finiteOut,
  idIn,
  listIn,
  presentIn,
  rangeIn,
  shareOut,
  textIn,
  wideIn,
  wideOut,
} from './check.ts';
import { vehicleIn, vehicleOut } from './vehicle.ts';
import { carriedBy, carry, read, v1, write } from './wire.ts';
import { candidatePhases, eventTypes, severities, siteKinds } from './words.ts';

const FINDINGS_MAX = 64;
/** A later release that asks for more would not be served by less: this one refuses what it cannot count. */
const CONFIRMERS_MAX = 2;

export type WireCandidate = NonNullable<Parameters<typeof v1.Candidate.encode>[0]>;

export function encodeCandidate(candidate: Candidate): Uint8Array {
  return write(v1.Candidate, candidateOut(candidate));
}

/** Throws DecodeError. */
export function decodeCandidate(bytes: Uint8Array): Candidate {
  return candidateIn(read(v1.Candidate, bytes, { keepUnknown: true }));
}

export function candidateOut(candidate: Candidate): WireCandidate {
  return {
    id: candidate.id,
    site: candidate.site,
    siteKind: siteKinds.out(candidate.siteKind),
    camera: candidate.camera,
    epoch: wideOut(candidate.epoch, 'epoch'),
    type: eventTypes.out(candidate.type),
    rule: candidate.rule,
    ruleVersion: countOut(candidate.ruleVersion, 'rule_version'),
    severity: severities.out(candidate.severity),
    place: candidate.place ?? null,
    phase: candidatePhases.out(candidate.phase),
    revision: countOut(candidate.revision, 'revision'),
    beganFrame: countOut(candidate.beganFrame, 'began_frame'),
    beganAtMs: wideOut(candidate.beganAtMs, 'began_at_ms'),
    frame: countOut(candidate.frame, 'frame'),
    atMs: wideOut(candidate.atMs, 'at_ms'),
    region: boxOut(candidate.region, 'region'),
    score: shareOut(candidate.score, 'score'),
    explanation: candidate.explanation,
    findings: candidate.findings.map(findingOut),
    build: candidate.build,
    siteName: candidate.siteName ?? '',
    vehicle: candidate.vehicle === undefined ? null : vehicleOut(candidate.vehicle),
    confirmers: candidate.confirmers === undefined ? null : countOut(candidate.confirmers, 'confirmers'),
    ...carriedBy(candidate),
  };
}

export function candidateIn(wire: WireCandidate | null | undefined): Candidate {
  const found = presentIn(wire, 'candidate');
  const { place, siteName, vehicle, confirmers } = found;
  return carry(found, {
    id: idIn(found.id, 'id'),
    site: idIn(found.site, 'site'),
    siteKind: siteKinds.in(found.siteKind, 'site_kind'),
    camera: idIn(found.camera, 'camera'),
    epoch: wideIn(found.epoch, 'epoch'),
    type: eventTypes.in(found.type, 'type'),
    rule: idIn(found.rule, 'rule'),
    ruleVersion: found.ruleVersion ?? 0,
    severity: severities.in(found.severity, 'severity'),
    ...(place !== null && place !== undefined && { place: idIn(place, 'place') }),
    phase: candidatePhases.in(found.phase, 'phase'),
    revision: found.revision ?? 0,
    beganFrame: found.beganFrame ?? 0,
    beganAtMs: wideIn(found.beganAtMs, 'began_at_ms'),
    frame: found.frame ?? 0,
    atMs: wideIn(found.atMs, 'at_ms'),
    region: boxIn(found.region, 'region'),
    score: rangeIn(found.score, 0, 1, 'score'),
    explanation: textIn(found.explanation, 'explanation'),
    findings: listIn(found.findings, FINDINGS_MAX, 'findings').map(findingIn),
    build: textIn(found.build, 'build'),
    ...(siteName && { siteName: textIn(siteName, 'site_name') }),
    ...(vehicle !== null && vehicle !== undefined && { vehicle: vehicleIn(vehicle) }),
    ...(confirmers !== null &&
      confirmers !== undefined && { confirmers: rangeIn(confirmers, 1, CONFIRMERS_MAX, 'confirmers') }),
  });
}

type WireFinding = NonNullable<Parameters<typeof v1.Finding.encode>[0]>;

function findingOut(finding: Finding): WireFinding {
  return {
    name: finding.name,
    value: finiteOut(finding.value, 'value'),
    limit: finding.limit === undefined ? null : finiteOut(finding.limit, 'limit'),
    unit: finding.unit,
    ...carriedBy(finding),
  };
}

function findingIn(wire: WireFinding): Finding {
  const { limit } = wire;
  return carry(wire, {
    name: idIn(wire.name, 'finding name'),
    value: finiteIn(wire.value, 'finding value'),
    ...(limit !== null && limit !== undefined && { limit: finiteIn(limit, 'finding limit') }),
    unit: textIn(wire.unit, 'finding unit'),
  });
}
