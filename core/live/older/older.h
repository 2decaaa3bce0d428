/* SPDX-License-Identifier: MIT */
/*
 * What the files of the older format share. A network has a list of
 *
 *     listeners   each of one battery, with its guests: connections of older buyers    listener.c, guest.c, devices.c
 *     dialers     each of one aggregator and one older server                           dialer.c
 *
 * Both begin with the same head (older.c). A guest joins its peer's link when its first record has said which device it
 * is; a dialer's peer is joined when the server has answered a first Query.
 */
#ifndef ETP_LIVE_OLDER_OLDER_H
#define ETP_LIVE_OLDER_OLDER_H

#include "etp/live_older.h"
#include "live/internal.h"
#include "live/older/buyer.h"
#include "live/older/seller.h"
#include "live/older/socket.h"

struct etp_live_older {
    etp_live *live;
    struct live_node *node;
    struct etp_live_older *next;
    bool listens;
    struct event *timer;
    etp_time timer_at;
    etp_older_ids ids; /* of the engine's messages that this end makes */
    etp_live_older_stats stats;
    char address[ETP_OLDER_ADDRESS_MAX];
};

/* A device id that was let in. It is remembered for the network's life, like its link. */
struct older_device {
    etp_id id;
    struct older_guest *guest; /* that speaks for it now, or NULL */
    etp_time left;             /* when the last one went */
    bool unnamed;              /* given to buyers that name none */
    bool taken;                /* a device of this id has proved itself: no guest may have it any more */
};

struct older_listener {
    struct etp_live_older head;
    etp_live_older_options options;
    etp_id *allow;
    evutil_socket_t fd;
    struct event *acceptable;
    etp_time accepts_at;   /* accepting rests until then; ETP_TIME_NEVER: it does not rest */
    etp_time accept_pause; /* the next rest */
    struct older_device *devices;
    struct older_guest *guests;
};

/* One connection of an older buyer. */
struct older_guest {
    etp_live_port port; /* first: a port of this class is a guest */
    struct older_listener *listener;
    struct older_guest *next;
    struct older_device *device; /* NULL before its first record */
    const char *over;            /* why it is to be closed; NULL while it is not */
    bool waits;                  /* the engine met ETP_EFULL */
    bool in_hand;                /* its records are being worked through: what it is sent is handed over afterwards */
    bool was_slowed;             /* the audit knows */
    etp_time opened, heard;      /* the last record */
    etp_time partial;            /* an unfinished record waits since then; ETP_TIME_NEVER: none does */
    etp_time stuck;              /* since when it has taken nothing; ETP_TIME_NEVER: it takes */
    etp_time paid_until;         /* of its rate: how far ahead of now its records have used it up */
    etp_time resumes;            /* reading rests until then; ETP_TIME_NEVER: it does not */
    uint64_t host;               /* hash of its address without the port */
    char address[ETP_OLDER_ADDRESS_MAX];
    etp_older_seller seller;
    etp_older_socket socket;
};

/* older.c */
int etp_older_begin(etp_live *live, etp_node node, etp_device_role role, struct etp_live_older *head, etp_error *error);
void etp_older_add(struct etp_live_older *head);
void etp_older_set_timer(struct etp_live_older *head, etp_time at); /* earlier than it stands, or not at all */
bool etp_older_start_timer(struct etp_live_older *head, event_callback_fn call, void *user);
/* A record was refused: counted; what no honest peer sends is told to the audit too. */
void etp_older_note_refused(struct etp_live_older *head, etp_refusal refusal, etp_id device, const char *address);

/* listener.c */
void etp_older_listener_free(struct older_listener *listener);

/* guest.c */
void etp_older_guest_open(struct older_listener *listener, evutil_socket_t fd, const char *address, etp_time now);
void etp_older_guest_close(struct older_guest *guest, const char *why);
/* What time does to it; and when it is to be looked at again. */
etp_time etp_older_guest_tick(struct older_guest *guest, etp_time now);

/* devices.c */
/* Lets the guest in under the id that its first record gives. NULL, or a sentence that says why not. */
const char *etp_older_admit(struct older_guest *guest, etp_id id, etp_time now);
void etp_older_leave(struct older_guest *guest, etp_time now);
/* Guests whose id has come to be a trusted device's are to go. */
void etp_older_judge(struct older_listener *listener);

/* dialer.c */
void etp_older_dialer_free(struct etp_live_older *head);

#endif
