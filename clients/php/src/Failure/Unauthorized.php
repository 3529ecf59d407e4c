<?php

// The gateway does not know this API key or token.

declare(strict_types=1);

namespace Twinwire\Failure;

final class Unauthorized extends TwinwireException
{
}
