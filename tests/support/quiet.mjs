// @ts-check
// Imported before any part of CopilotKit: a test talks to nobody but this machine.
process.env.COPILOTKIT_TELEMETRY_DISABLED = 'true';
process.env.DO_NOT_TRACK = '1';
