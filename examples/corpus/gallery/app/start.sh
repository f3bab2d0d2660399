set -eu
mkdir -p /cache/www
cat /theme/theme.css >/cache/www/index.html
date >>/pictures/starts
cp /pictures/starts /thumbs/starts
exec httpd -f -p 8000 -h /cache/www
