/* SPDX-License-Identifier: MIT */
/*
 * A bare TCP client for specs, which make and read the bytes themselves:
 *
 *     older-client PORT STEP...
 *
 * connects to that port of this machine and takes the steps in turn. `answer` waits for one record of the older format
 * (88 bytes) and prints it in hex, or "closed" where the other side has ended the connection. Any other step is bytes in
 * hex, which are sent. Fails when something takes longer than a minute.
 */
#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { RECORD = 88, BYTES_MAX = 4096, PATIENCE_MS = 60000 };

static int connect_to(const char *port)
{
    const struct sockaddr_in address = {.sin_family = AF_INET,
                                        .sin_port = htons((uint16_t)strtoul(port, NULL, 10)),
                                        .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || connect(fd, (const struct sockaddr *)(const void *)&address, sizeof address) != 0) {
        perror("older-client");
        exit(EXIT_FAILURE);
    }
    return fd;
}

static void send_hex(int fd, const char *text)
{
    unsigned char bytes[BYTES_MAX];
    size_t size = 0;
    unsigned value;
    while (size < sizeof bytes && sscanf(text + 2 * size, "%2x", &value) == 1)
        bytes[size++] = (unsigned char)value;
    if (send(fd, bytes, size, MSG_NOSIGNAL) != (ssize_t)size)
        fprintf(stderr, "older-client: not all bytes were sent\n");
}

static void print_answer(int fd)
{
    unsigned char record[RECORD];
    size_t size = 0;
    while (size < sizeof record) {
        struct pollfd waits = {.fd = fd, .events = POLLIN};
        if (poll(&waits, 1, PATIENCE_MS) <= 0) {
            fprintf(stderr, "older-client: no answer\n");
            exit(EXIT_FAILURE);
        }
        ssize_t got = recv(fd, record + size, sizeof record - size, 0);
        if (got <= 0) {
            puts("closed");
            return;
        }
        size += (size_t)got;
    }
    for (size_t i = 0; i < sizeof record; i++)
        printf("%02x", record[i]);
    putchar('\n');
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: older-client PORT STEP...\n");
        return EXIT_FAILURE;
    }
    int fd = connect_to(argv[1]);
    for (int i = 2; i < argc; i++) {
        if (strcmp(argv[i], "answer") == 0)
            print_answer(fd);
        else
            send_hex(fd, argv[i]);
    }
    close(fd);
    return EXIT_SUCCESS;
}
