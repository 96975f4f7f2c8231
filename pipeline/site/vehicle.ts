/** The vehicle that a camera rides in: `vehicle: { id: "4521", trip: "857312", position: [48.844, 2.374] }`. */
import type { Position, Vehicle } from '../model.ts';
import { MapReader } from './document.ts';
import { readLabel, readPair } from './values.ts';

export function readVehicle(camera: MapReader): Vehicle | undefined {
  const node = camera.node('vehicle');
  if (node === undefined) return undefined;
  const reader = MapReader.open(node, camera.path('vehicle'), ['id', 'trip', 'position'], camera.faults);
  if (reader === undefined) return undefined;
  if (!reader.has('id')) reader.missing('id', "the vehicle's number");
  const id = readLabel(reader, 'id', "the vehicle's number") ?? '';
  const trip = readLabel(reader, 'trip', 'the journey that it makes');
  const position = readPosition(reader);
  return { id, ...(trip === undefined ? {} : { trip }), ...(position === undefined ? {} : { position }) };
}

function readPosition(vehicle: MapReader): Position | undefined {
  const node = vehicle.node('position');
  if (node === undefined) return undefined;
  const what = 'degrees [latitude, longitude]';
  const pair = readPair(node, vehicle.path('position'), what, vehicle.faults);
  if (pair === undefined) return undefined;
  const [latitude, longitude] = [pair.x, pair.y];
  if (Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180) return { latitude, longitude };
  vehicle.fault(
    'position_off_globe',
    'position',
    `is [${latitude}, ${longitude}], expected a latitude of -90..90 and a longitude of -180..180`,
    'latitude comes first',
  );
  return undefined;
}
