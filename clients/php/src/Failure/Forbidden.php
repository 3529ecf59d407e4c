<?php

// The key or token is known and does not allow this; the message names the rule that refused.

declare(strict_types=1);

namespace Twinwire\Failure;

final class Forbidden extends TwinwireException
{
}
