"""REST endpoints under /api/v1: public, complaints, organisations and officers; and their OpenAPI description."""
