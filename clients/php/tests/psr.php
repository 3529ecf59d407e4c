<?php

// The PSR-7, 17 and 18 interfaces as far as the client uses them, and a small client behind them. For tests only:
// applications bring the real ones.

declare(strict_types=1);

namespace Psr\Http\Message {
    interface StreamInterface
    {
        public function __toString(): string;
    }
    interface RequestInterface
    {
        public function withHeader(string $name, $value): RequestInterface;

        public function withBody(StreamInterface $body): RequestInterface;
    }
    interface ResponseInterface
    {
        public function getStatusCode(): int;

        public function getBody(): StreamInterface;

        public function getHeaderLine(string $name): string;
    }
    interface RequestFactoryInterface
    {
        public function createRequest(string $method, $uri): RequestInterface;
    }
    interface StreamFactoryInterface
    {
        public function createStream(string $content = ''): StreamInterface;
    }
}

namespace Psr\Http\Client {
    use Psr\Http\Message\RequestInterface;
    use Psr\Http\Message\ResponseInterface;

    interface ClientExceptionInterface extends \Throwable
    {
    }
    interface ClientInterface
    {
        public function sendRequest(RequestInterface $request): ResponseInterface;
    }
}

namespace Twinwire\Tests {
    use Psr\Http\Client\ClientExceptionInterface;
    use Psr\Http\Client\ClientInterface;
    use Psr\Http\Message\RequestFactoryInterface;
    use Psr\Http\Message\RequestInterface;
    use Psr\Http\Message\ResponseInterface;
    use Psr\Http\Message\StreamFactoryInterface;
    use Psr\Http\Message\StreamInterface;
    use Twinwire\Failure\Unreachable;
    use Twinwire\Http\Request;
    use Twinwire\Http\Response;
    use Twinwire\Http\StreamSender;

    final class PsrFailure extends \RuntimeException implements ClientExceptionInterface
    {
    }

    final class PsrStream implements StreamInterface
    {
        public function __construct(private readonly string $content)
        {
        }

        public function __toString(): string
        {
            return $this->content;
        }
    }

    final class PsrRequest implements RequestInterface
    {
        /** @param array<string, string> $headers */
        public function __construct(
            public readonly string $method,
            public readonly string $uri,
            public readonly array $headers = [],
            public readonly string $body = '',
        ) {
        }

        public function withHeader(string $name, $value): RequestInterface
        {
            return new self($this->method, $this->uri, [$name => $value] + $this->headers, $this->body);
        }

        public function withBody(StreamInterface $body): RequestInterface
        {
            return new self($this->method, $this->uri, $this->headers, (string) $body);
        }
    }

    final class PsrResponse implements ResponseInterface
    {
        public function __construct(private readonly Response $response)
        {
        }

        public function getStatusCode(): int
        {
            return $this->response->status;
        }

        public function getBody(): StreamInterface
        {
            return new PsrStream($this->response->body);
        }

        public function getHeaderLine(string $name): string
        {
            $after = $this->response->retryAfterSeconds;
            return strtolower($name) === 'retry-after' && $after !== null ? (string) (int) $after : '';
        }
    }

    final class PsrClient implements ClientInterface, RequestFactoryInterface, StreamFactoryInterface
    {
        private readonly StreamSender $sender;

        public function __construct()
        {
            $this->sender = new StreamSender();
        }

        public function createRequest(string $method, $uri): RequestInterface
        {
            return new PsrRequest($method, (string) $uri);
        }

        public function createStream(string $content = ''): StreamInterface
        {
            return new PsrStream($content);
        }

        public function sendRequest(RequestInterface $request): ResponseInterface
        {
            assert($request instanceof PsrRequest);
            $plain = new Request($request->method, $request->uri, $request->headers, $request->body);
            try {
                return new PsrResponse($this->sender->send($plain, 3.0));
            } catch (Unreachable $failure) {
                throw new PsrFailure($failure->getMessage());
            }
        }
    }
}
