/* SPDX-License-Identifier: MIT */
/*
 * e^x and the natural logarithm, the same to the last bit on every machine with IEEE 754 doubles. A C library's own
 * differ between processors and versions, and a strategy that uses them would trade differently.
 *
 * Only + - * /, comparisons and scaling by powers of two, which IEEE 754 or C define exactly; built without contraction
 * to fused multiply-add, as all of the engine is. The result is less than one unit in the last place from the exact
 * one. Infinities, NaN, zeros and what has no logarithm are answered as C's annex F says; no floating-point exception
 * or errno is promised.
 */
#ifndef ETP_BASE_EXPLOG_H
#define ETP_BASE_EXPLOG_H

double etp_math_exp(double x);
double etp_math_log(double x);

#endif
