// The reference page: Swagger UI on our own description, with the browser's session for trying things out.
const reference = document.getElementById("reference");

window.SwaggerUIBundle({
  url: reference.dataset.schema,
  domNode: reference,
  deepLinking: true,
  docExpansion: "list",
  validatorUrl: null,
  requestInterceptor: (request) => {
    if (new URL(request.url, location.href).origin === location.origin) {
      request.headers["X-CSRFToken"] = reference.dataset.csrf;
    }
    return request;
  },
});
