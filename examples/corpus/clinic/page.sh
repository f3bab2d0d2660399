mkdir -p /www
echo "$WORD" >/www/index.html
exec httpd -f -p 8000 -h /www
