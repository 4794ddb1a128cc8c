/** @type {import('next').NextConfig} */
export default {
  // The folder around this one has a lock file, too, and Next.js would take it for the project.
  turbopack: { root: import.meta.dirname },
  // The runtime is for the server as it is: bundling it would only make the first request slow.
  serverExternalPackages: ['@copilotkit/runtime'],
};
