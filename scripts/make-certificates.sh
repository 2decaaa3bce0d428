#!/bin/sh
# SPDX-License-Identifier: MIT
# Makes an authority of your own and certificates of nodes for tls+tcp, with openssl.
#     scripts/make-certificates.sh [--days N] FOLDER NAME...
# FOLDER/ca.pem        the authority's certificate: every node gets it
# FOLDER/ca.key.pem    its key: keep it where no node can read it; who has it can make nodes
# FOLDER/NAME.pem, FOLDER/NAME.key.pem    a node's certificate and key, for NAME (a host's name, or one that is given to
#                      `server_name`) and for both ends of a link
# An authority that is there already is used again, so that nodes can be added. Keys are RSA of 2048 bits: NNG's threads
# share a node's key, and mbedTLS 2.28 guards RSA keys with a lock, but not those of elliptic curves.
set -eu
umask 077

usage() {
    echo "usage: $0 [--days N] FOLDER NAME..." >&2
    exit 2
}

fail() {
    echo "$0: $1" >&2
    exit 1
}

days=825
if [ "${1:-}" = --days ]; then
    [ $# -ge 2 ] || usage
    days=$2
    shift 2
fi
[ $# -ge 2 ] || usage
command -v openssl >/dev/null || fail "openssl was not found (package openssl)"
folder=$1
shift
mkdir -p "$folder"

if [ ! -f "$folder/ca.key.pem" ]; then
    openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj "/CN=etp-engine authority" -sha256 \
        -addext "basicConstraints=critical,CA:TRUE" -addext "keyUsage=critical,keyCertSign,cRLSign,digitalSignature" \
        -keyout "$folder/ca.key.pem" -out "$folder/ca.pem" 2>"$folder/log" || fail "$(cat "$folder/log")"
fi

for name in "$@"; do
    case $name in
    ca | *[!A-Za-z0-9.-]* | "") fail "a node cannot be called '$name': letters, digits, dots and dashes, and not ca" ;;
    esac
    [ ! -e "$folder/$name.key.pem" ] || fail "$folder/$name.key.pem is there already"
    printf '%s\n' "subjectAltName=DNS:$name" "basicConstraints=CA:FALSE" \
        "keyUsage=critical,digitalSignature,keyEncipherment" "extendedKeyUsage=serverAuth,clientAuth" >"$folder/extensions"
    {
        openssl req -newkey rsa:2048 -nodes -subj "/CN=$name" -sha256 \
            -keyout "$folder/$name.key.pem" -out "$folder/request" &&
            openssl x509 -req -in "$folder/request" -CA "$folder/ca.pem" -CAkey "$folder/ca.key.pem" -sha256 \
                -set_serial "0x$(openssl rand -hex 16)" -days "$days" -extfile "$folder/extensions" -out "$folder/$name.pem"
    } 2>"$folder/log" || fail "$(cat "$folder/log")"
    chmod 644 "$folder/$name.pem"
done
chmod 644 "$folder/ca.pem"
rm -f "$folder/log" "$folder/request" "$folder/extensions"
