/** Vehicle: where a camera rides, in frames and in what is claimed from them. */
import type { Position, Vehicle } from '../pipeline/model.ts';
import { finiteOut, idIn, rangeIn } from './check.ts';
import type { v1 } from './wire.ts';

export type WireVehicle = NonNullable<Parameters<typeof v1.Vehicle.encode>[0]>;

export function vehicleOut({ id, trip, position }: Vehicle): WireVehicle {
  return { id, trip: trip ?? null, position: position === undefined ? null : positionOut(position) };
}

/** Throws DecodeError. */
export function vehicleIn(wire: WireVehicle): Vehicle {
  const { trip, position } = wire;
  return {
    id: idIn(wire.id, 'vehicle id'),
    ...(trip !== null && trip !== undefined && { trip: idIn(trip, 'vehicle trip') }),
    ...(position !== null && position !== undefined && { position: positionIn(position) }),
  };
}

type WirePosition = NonNullable<Parameters<typeof v1.Position.encode>[0]>;

function positionOut({ latitude, longitude }: Position): WirePosition {
  return { latitude: finiteOut(latitude, 'latitude'), longitude: finiteOut(longitude, 'longitude') };
}

function positionIn({ latitude, longitude }: WirePosition): Position {
  return {
    latitude: rangeIn(latitude, -90, 90, 'latitude'),
    longitude: rangeIn(longitude, -180, 180, 'longitude'),
  };
}
