<?php

// Makes a call of the HTTP API within its time: tries again what may pass, and throws the rest with the gateway's
// sentence. Knows no particular call.

declare(strict_types=1);

namespace Twinwire\Http;

use Twinwire\Failure\TwinwireException;
use Twinwire\Failure\Unreachable;
use Twinwire\Json;
use Twinwire\Wire\Deadline;

final class Caller
{
    private const FIRST_PAUSE_SECONDS = 0.1;
    private const MAX_PAUSE_SECONDS = 1.0;
    /** A try with less time than this would only hide why the one before failed. */
    private const MIN_TRY_SECONDS = 0.05;

    /** @param float $totalSeconds for a call with all its tries */
    public function __construct(
        private readonly string $url,
        private readonly string $apiKey,
        private readonly Sender $sender,
        private readonly float $totalSeconds,
    ) {
    }

    /**
     * Every call is safe to repeat: publishes carry keys, and the others leave the same behind when done twice.
     *
     * @param mixed $body null sends none
     * @param float $extraSeconds what the gateway itself was asked to wait
     *
     * @return array<string, mixed> the answer's members; empty when it has no body
     *
     * @throws TwinwireException
     */
    public function call(string $method, string $path, mixed $body = null, float $extraSeconds = 0): array
    {
        $headers = ['Authorization' => "Bearer {$this->apiKey}", 'Accept' => 'application/json'];
        $text = $body === null ? '' : Json::encode($body);
        if ($text !== '') {
            $headers['Content-Type'] = 'application/json';
        }
        $request = new Request($method, $this->url . $path, $headers, $text);
        $deadline = Deadline::in($this->totalSeconds + $extraSeconds);
        for ($try = 0; ; $try++) {
            try {
                return $this->once($request, $deadline);
            } catch (TwinwireException $failure) {
                $pause = self::pause($try, $failure);
                if (!self::mayPass($failure) || $pause + self::MIN_TRY_SECONDS > $deadline->secondsLeft()) {
                    throw $failure;
                }
                usleep((int) ($pause * 1000000));
            }
        }
    }

    /** @return array<string, mixed> */
    private function once(Request $request, Deadline $deadline): array
    {
        $response = $this->sender->send($request, $deadline->secondsLeft());
        $answer = Json::decode($response->body);
        if ($response->status >= 200 && $response->status < 300) {
            if ($answer === null && $response->body !== '') {
                throw Unreachable::because('what answered is no gateway, or the answer broke off');
            }
            return $answer ?? [];
        }
        throw TwinwireException::of(
            (string) ($answer['code'] ?? 'unknown'),
            (string) ($answer['detail'] ?? "{$request->url} answered {$response->status}, which no gateway explained."),
            $response->status,
            $response->retryAfterSeconds,
        );
    }

    private static function mayPass(TwinwireException $failure): bool
    {
        return $failure instanceof Unreachable || $failure->status === 429 || $failure->status >= 500;
    }

    /** Doubling, and never the same for two processes that failed together. */
    private static function pause(int $try, TwinwireException $failure): float
    {
        $jitter = random_int(500, 1000) / 1000;
        $own = min(self::MAX_PAUSE_SECONDS, self::FIRST_PAUSE_SECONDS * 2 ** $try) * $jitter;
        return ($failure->retryAfterSeconds ?? 0) + $own;
    }
}
