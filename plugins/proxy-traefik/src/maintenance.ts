import type { ProxyFile } from '@stagecraft/core/plugin-api';

/** Inside the container: the proxy's folder on the host. */
export const folder = '/etc/stagecraft';

/** Name of the plugin in Traefik's configuration. */
export const plugin = 'stagecraft-maintenance';

const module = 'stagecraft/maintenance';

/**
 * Traefik answers 503 by itself only where a service has no server, and never with a page. So a middleware in its own plugin language (interpreted Go,
 * from local files) does it; it reads the page once, when the router is made.
 */
export const pluginFiles: readonly ProxyFile[] = [
  {
    path: 'plugin/maintenance.go',
    content: `// Package maintenance answers every request with 503 and a page. Written by Stagecraft.
package maintenance

import (
	"context"
	"net/http"
	"os"
)

// Config: Digest is there so that another page under the same path is another configuration.
type Config struct {
	Page       string
	Digest     string
	RetryAfter string
}

// CreateConfig is called by Traefik.
func CreateConfig() *Config {
	return &Config{}
}

// New is called by Traefik for each router.
func New(_ context.Context, _ http.Handler, config *Config, _ string) (http.Handler, error) {
	page, err := os.ReadFile(config.Page)
	if err != nil {
		return nil, err
	}
	return http.HandlerFunc(func(response http.ResponseWriter, _ *http.Request) {
		header := response.Header()
		header.Set("Content-Type", "text/html; charset=utf-8")
		header.Set("Cache-Control", "no-store")
		header.Set("Retry-After", config.RetryAfter)
		response.WriteHeader(http.StatusServiceUnavailable)
		_, _ = response.Write(page)
	}), nil
}
`,
  },
  // Not under its own name: the file provider would take a `.yml` for routes.
  { path: 'plugin/manifest', content: `displayName: Stagecraft maintenance\ntype: middleware\nimport: ${module}\nsummary: Answers every request with 503 and a page.\ntestData:\n  Page: ${folder}/plugin/manifest\n` },
];

export const pluginFlag = `--experimental.localplugins.${plugin}.modulename=${module}`;

/** sh: Traefik looks for plugins below its working folder. */
export const pluginStart = `mkdir -p plugins-local/src/${module} && cp ${folder}/plugin/maintenance.go plugins-local/src/${module} && cp ${folder}/plugin/manifest plugins-local/src/${module}/.traefik.yml && exec traefik "$@"`;
