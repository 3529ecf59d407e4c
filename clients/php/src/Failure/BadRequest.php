<?php

// The call was wrong, and would be wrong again: the message says what to change.

declare(strict_types=1);

namespace Twinwire\Failure;

final class BadRequest extends TwinwireException
{
}
