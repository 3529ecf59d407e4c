<?php

// More than the key's rate allows, also after the tries that fitted the time limit.

declare(strict_types=1);

namespace Twinwire\Failure;

final class RateLimited extends TwinwireException
{
}
