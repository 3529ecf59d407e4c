<?php

// The gateway answered that it cannot now, also after the tries that fitted the time limit.

declare(strict_types=1);

namespace Twinwire\Failure;

final class Unavailable extends TwinwireException
{
}
