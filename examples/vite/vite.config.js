import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [react()],
  // The gate and the provider know the page by this address: another port would be refused.
  server: { host: 'localhost', port: 5173, strictPort: true },
});
