<?php

// A message or request is over the gateway's limits.

declare(strict_types=1);

namespace Twinwire\Failure;

final class TooLarge extends TwinwireException
{
}
