/** The one door to hono: what the console's routes are made of. */
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';

export { bodyLimit, type Context, deleteCookie, getCookie, Hono, setCookie };
