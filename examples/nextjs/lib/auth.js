// Auth.js, whose session is a token that the gate can verify: signed, where Auth.js would encrypt it for itself.

import { SignJWT, jwtVerify } from 'jose';
import Credentials from 'next-auth/providers/credentials';
import { ALG, privateKey, publicJwk, publicKey } from './session-key.js';
import { USERS } from './users.js';

const issuer = process.env.NEXTAUTH_URL;
const audience = `${issuer}/api/copilotkit`;
const isSecure = issuer.startsWith('https:');

/** How long a session lasts after the page was last open, and so how long a stolen or revoked one would. */
const SESSION_SECONDS = 3600;

// YOUR SIGN-IN GOES HERE: GitHub, Google, your OpenID provider. These users need no password, so they exist in
// development only.
const demo = Credentials({
  id: 'demo',
  credentials: { user: {} },
  authorize: ({ user }) => USERS.find(({ id }) => id === user) ?? null,
});

/** @type {import('next-auth').NextAuthOptions} */
export const authOptions = {
  providers: process.env.NODE_ENV === 'development' ? [demo] : [],
  session: { strategy: 'jwt', maxAge: SESSION_SECONDS },
  cookies: {
    sessionToken: {
      // The gate's TOKEN_COOKIE. A browser takes the prefix over https only.
      name: isSecure ? '__Host-session' : 'session',
      options: { httpOnly: true, sameSite: 'lax', path: '/', secure: isSecure },
    },
  },
  jwt: {
    encode: ({ token: { sub, name, role }, maxAge }) =>
      new SignJWT({ name, role })
        .setProtectedHeader({ alg: ALG, kid: publicJwk.kid })
        .setIssuer(issuer)
        .setAudience(audience)
        .setSubject(sub)
        .setIssuedAt()
        .setExpirationTime(`${maxAge} seconds`)
        .sign(privateKey),
    async decode({ token }) {
      if (!token) return null;
      return (await jwtVerify(token, publicKey, { issuer, audience, algorithms: [ALG] })).payload;
    },
  },
  callbacks: {
    // `user` is there when somebody signs in.
    jwt: ({ token, user }) => (user ? { sub: user.id, name: user.name, role: user.role } : token),
    session: ({ session, token: { sub, name, role } }) => ({ ...session, user: { id: sub, name, role } }),
  },
};
