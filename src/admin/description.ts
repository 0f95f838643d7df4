import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger';

/** What the API's own description says of it as a whole. */
export const describedAs: FastifyDynamicSwaggerOptions = {
  openapi: {
    openapi: '3.1.0',
    info: {
      title: 'Transcript gateway: admin API',
      description: 'Whitelists, settings, the change log, and why a visitor is answered as they are.',
      version: '1',
    },
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
    },
    security: [{ bearer: [] }],
  },
};
