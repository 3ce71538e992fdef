"use strict";

// Starts Swagger UI on the documentation page. Everything it loads comes from
// this server: no validator badge, no fonts, no remote configuration.
(function () {
  var root = document.documentElement;

  // Swagger UI draws its dark theme when <html> carries the class "dark-mode".
  var dark = window.matchMedia("(prefers-color-scheme: dark)");
  function followColourScheme() {
    root.classList.toggle("dark-mode", dark.matches);
  }
  followColourScheme();
  dark.addEventListener("change", followColourScheme);

  if (typeof window.SwaggerUIBundle !== "function") {
    var status = document.getElementById("docs-status");
    status.textContent =
      "The documentation could not be loaded. Reload the page, or read /openapi.json instead.";
    return;
  }

  window.SwaggerUIBundle({
    url: "/openapi.json",
    dom_id: "#docs",
    deepLinking: true,
    docExpansion: "list",
    tryItOutEnabled: true,
    // Tokens stay in the memory of the page and are gone when it is closed.
    persistAuthorization: false,
    // No badge: the description is never sent to a validation service.
    validatorUrl: null,
    // The address bar must not be able to point the page at another server.
    queryConfigEnabled: false,
    displayRequestDuration: true,
    defaultModelsExpandDepth: 0
  });
})();
