/** What a browser sent, looked at before it is used. All of these throw ApiError with the name of what is wrong. */
import { ApiError } from './errors.ts';

export function objectIn(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Readonly<Record<string, unknown>>;
  throw bad(`${what} is no object`);
}

export function textIn(value: unknown, what: string, lengthMax: number): string {
  if (typeof value === 'string' && value !== '' && value.length <= lengthMax) return value;
  throw bad(`${what} is no text of 1 to ${lengthMax} characters`);
}

export function optionalTextIn(value: unknown, what: string, lengthMax: number): string | undefined {
  return value === undefined || value === '' ? undefined : textIn(value, what, lengthMax);
}

export function bad(message: string): ApiError {
  return new ApiError(400, 'bad_request', message);
}
