/* SPDX-License-Identifier: MIT */
#include "program/whole_run.h"

#include "program/status.h"

int etp_whole_run_check(const etp_run *run, const char *what, etp_error *error)
{
    etp_error inner = {0};
    if (etp_run_check(run, &inner) == ETP_OK)
        return ETP_EXIT_DONE;
    etp_fail(error, ETP_ECONSERVATION, "the accounts of a %s are off, which is a fault of etp-engine: %s", what,
             inner.text);
    return ETP_EXIT_FAILED;
}

int etp_whole_run(etp_run *run, const char *what, etp_error *error)
{
    int more = 1;
    while (more > 0)
        more = etp_run_step(run, error);
    return more < 0 ? ETP_EXIT_FAILED : etp_whole_run_check(run, what, error);
}
