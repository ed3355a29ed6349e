/* SPDX-License-Identifier: MIT */
/* Formats what is told, once for all rooms. */
#include "base/listener.h"

#include <stdarg.h>
#include <stdio.h>

#include "core/err.h"

void listener_step(const struct listener *listener, const char *format, ...)
{
	char text[ERR_TEXT_MAX];
	va_list args;

	if (!listener || !listener->step)
		return;
	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args); /* cut where it would not fit */
	va_end(args);
	listener->step(text, listener->ctx);
}

void listener_amount(const struct listener *listener, const struct listener_amount *amount)
{
	if (listener && listener->amount)
		listener->amount(amount, listener->ctx);
}

void listener_warn(const struct listener *listener, const char *format, ...)
{
	char text[ERR_TEXT_MAX];
	va_list args;

	if (!listener || !listener->warning)
		return;
	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args); /* cut where it would not fit */
	va_end(args);
	listener->warning(text, listener->ctx);
}
