# The proxy of rollout.sh: Traefik by its file provider, with the flags that Stagecraft gives it.
proxy_up() {
  docker run -d --name "$proxy" --network "$front" -p "127.0.0.1:$PORT:$PORT" -p "127.0.0.1:$API:$API" -v "$CONFIG:/etc/routes:ro" traefik:v3.7 \
    "--entrypoints.web.address=:$PORT" "--entrypoints.traefik.address=:$API" --providers.file.directory=/etc/routes --providers.file.watch=true \
    --providers.providersthrottleduration=100ms --serverstransport.forwardingtimeouts.idleconntimeout=1s --api.insecure=true \
    --global.checknewversion=false --global.sendanonymoususage=false --log.level=ERROR >/dev/null
}
routes() { # by atomic rename
  {
    printf 'http:\n  routers:\n    web: { rule: "PathPrefix(`/`)", service: web, entryPoints: [web] }\n  services:\n    web:\n      loadBalancer:\n        servers:\n'
    for id in "$@"; do printf '          - url: http://%s:%s\n' "$(name_of "$id")" "$port"; done
  } >"$CONFIG/.routes.new"
  mv "$CONFIG/.routes.new" "$CONFIG/routes.yml"
}
admit() { routes "$@"; }
retire() { routes "$2"; }
listed() { fetch "http://127.0.0.1:$API/api/http/services/web@file"; }
leads_to() { listed | grep -qF "http://$(name_of "$1"):"; }
leads_not_to() { said=$(listed) && ! printf '%s' "$said" | grep -qF "http://$(name_of "$1"):"; }
# Traefik does not say what is open: the kernel's table of the container does. Loopback is the health check.
open_on() { # CONTAINER PORT
  hex=$(printf '%04X' "$2")
  pid=$(docker inspect -f '{{.State.Pid}}' "$1")
  awk -v port=":$hex" '$4 == "01" && substr($2, length($2) - 4) == port && $3 !~ /7F:/ { open++ } END { print open + 0 }' "/proc/$pid/net/tcp" "/proc/$pid/net/tcp6"
}
forget() { :; }
if command -v curl >/dev/null 2>&1; then fetch() { curl -fs -m 3 "$1"; }
else fetch() { wget -q -T 3 -O - "$1"; }
fi
