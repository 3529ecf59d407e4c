<?php

// There is no such thing on the gateway.

declare(strict_types=1);

namespace Twinwire\Failure;

final class NotFound extends TwinwireException
{
}
