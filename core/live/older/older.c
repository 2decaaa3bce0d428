/* SPDX-License-Identifier: MIT */
/* What listeners and dialers of the older format have in common. */
#include "live/older/older.h"

void etp_live_older_defaults(etp_live_older_options *options)
{
    if (options != NULL)
        *options = (etp_live_older_options){.size = sizeof *options,
                                            .max_devices = 32,
                                            .unnamed = 4,
                                            .max_connections = 64,
                                            .max_per_address = 16,
                                            .messages_per_second = 200,
                                            .message_burst = 400,
                                            .first_limit = 5 * ETP_NS_PER_SECOND,
                                            .idle_limit = 600 * ETP_NS_PER_SECOND};
}

int etp_older_begin(etp_live *live, etp_node number, etp_device_role role, struct etp_live_older *head,
                    etp_error *error)
{
    if (live->busy || live->engine == NULL)
        return etp_fail(error, ETP_ESTATE,
                        "the older format is switched on after etp_live_attach(), and not from inside a callback");
    struct live_node *node = etp_live_node_of(live, number);
    if (node == NULL)
        return etp_fail(error, ETP_ENOENT, "no node %u is on this network: etp_live_add_node() comes first", number);
    if (node->channel.role != role)
        return etp_fail(error, ETP_EINVAL,
                        "in the older format batteries listen and aggregators dial: node %u is no %s", number,
                        etp_device_role_name(role));
    head->live = live;
    head->node = node;
    head->timer_at = ETP_TIME_NEVER;
    head->stats.size = sizeof head->stats;
    return ETP_OK;
}

void etp_older_add(struct etp_live_older *head)
{
    head->next = head->live->older;
    head->live->older = head;
}

void etp_live_older_judge(etp_live *live, const struct live_node *node)
{
    for (struct etp_live_older *head = live->older; head != NULL; head = head->next)
        if (head->listens && head->node == node)
            etp_older_judge((struct older_listener *)(void *)head);
}

void etp_live_older_free(etp_live *live)
{
    while (live->older != NULL) {
        struct etp_live_older *head = live->older;
        live->older = head->next;
        if (head->listens)
            etp_older_listener_free((struct older_listener *)(void *)head);
        else
            etp_older_dialer_free(head);
    }
}

/* ---- time ---- */

bool etp_older_start_timer(struct etp_live_older *head, event_callback_fn call, void *user)
{
    head->timer = event_new(etp_live_base(head->live), -1, 0, call, user);
    return head->timer != NULL;
}

/* Deadlines move with nearly every record, and nearly always to later: the timer stays where it is, and whoever it wakes
 * looks when it is to stand next. */
void etp_older_set_timer(struct etp_live_older *head, etp_time at)
{
    if (at >= head->timer_at)
        return;
    head->timer_at = at;
    etp_time wait = at - etp_live_now(head->live);
    if (wait < 0)
        wait = 0;
    /* Rounded up, so that the deadline has come when the timer fires. */
    const struct timeval delay = {.tv_sec = (time_t)(wait / ETP_NS_PER_SECOND),
                                  .tv_usec =
                                      (suseconds_t)((wait % ETP_NS_PER_SECOND + ETP_NS_PER_US - 1) / ETP_NS_PER_US)};
    event_add(head->timer, &delay);
}

/* ---- refusals ---- */

/* That a record came twice, or does not fit, happens to everybody. */
static bool is_foul(etp_refusal refusal)
{
    return (refusal >= ETP_REFUSED_TRUNCATED && refusal <= ETP_REFUSED_TOO_DEEP) || refusal == ETP_REFUSED_WRONG_ROLE ||
           refusal == ETP_REFUSED_WRONG_DEVICE;
}

void etp_older_note_refused(struct etp_live_older *head, etp_refusal refusal, etp_id device, const char *address)
{
    head->stats.refused[refusal]++;
    if (is_foul(refusal))
        etp_live_refuse(head->live, ETP_LIVE_REFUSED_MESSAGE, head->node->channel.device, device, address,
                        etp_refusal_meaning(refusal));
}

/* ---- readers ---- */

const char *etp_live_older_address(const etp_live_older *older)
{
    return older != NULL ? older->address : NULL;
}

int etp_live_older_get_stats(const etp_live_older *older, etp_live_older_stats *stats)
{
    if (older == NULL || stats == NULL || stats->size != sizeof *stats)
        return ETP_EINVAL;
    *stats = older->stats;
    return ETP_OK;
}
