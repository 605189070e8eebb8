"""The official Python SDK against a gateway: one line of JSON for each thing that it does."""
import json
import sys

import openai

url, key, model, hearing, speech = sys.argv[1:6]
client = openai.OpenAI(base_url=f"{url}/v1", api_key=key, max_retries=0)
messages = [{"role": "user", "content": "Hello"}]


def check(what, body):
    try:
        said = body()
        print(json.dumps({"what": what, "said": said}), flush=True)
    except Exception as error:
        print(json.dumps({"what": what, "failed": f"{type(error).__name__}: {error}"}), flush=True)


def models():
    assert model in [each.id for each in client.models.list()]


def chat():
    answer = client.chat.completions.create(model=model, messages=messages, max_tokens=4)
    assert answer.usage.completion_tokens == 4
    return answer.choices[0].message.content


def stream():
    text, usage = "", None
    options = {"include_usage": True}
    for chunk in client.chat.completions.create(model=model, messages=messages, max_tokens=4, stream=True, stream_options=options):
        text += (chunk.choices[0].delta.content or "") if chunk.choices else ""
        usage = chunk.usage or usage
    assert usage.completion_tokens == 4
    return text


def tools():
    tool = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object", "properties": {}}}}
    answer = client.chat.completions.create(model=model, messages=messages, tools=[tool], tool_choice="required", max_tokens=8)
    return json.loads(answer.choices[0].message.tool_calls[0].function.arguments) and "called"


def responses():
    answer = client.responses.create(model=model, input="Hello", max_output_tokens=4)
    text = ""
    with client.responses.stream(model=model, input="Hello", max_output_tokens=4) as events:
        for event in events:
            text += event.delta if event.type == "response.output_text.delta" else ""
    assert text == answer.output_text and answer.usage.output_tokens == 4
    return text


def embeddings():
    assert len(client.embeddings.create(model=model, input=["one", "two"]).data) == 2


def transcriptions():
    with open(speech, "rb") as file:
        audio = file.read()
    formats = ["json", "text", "srt", "verbose_json", "vtt"]
    answers = [
        client.audio.transcriptions.create(model=hearing, file=("a.wav", audio), response_format=each, language="fr")
        for each in formats
    ]
    texts = [each if isinstance(each, str) else each.text for each in answers]
    assert all("This" in text for text in texts), texts
    return texts[0]


def refusals():
    def refused(kind, call):
        try:
            call()
        except kind as error:
            return error
        raise AssertionError(f"no {kind.__name__}")

    stranger = openai.OpenAI(base_url=f"{url}/v1", api_key="nobody's", max_retries=0)
    refused(openai.AuthenticationError, lambda: stranger.chat.completions.create(model=model, messages=messages))
    unknown = refused(openai.NotFoundError, lambda: client.chat.completions.create(model="nowhere", messages=messages))
    refused(openai.BadRequestError, lambda: client.chat.completions.create(model=model, messages=[]))
    return unknown.code


for each in (models, chat, stream, tools, responses, embeddings, transcriptions, refusals):
    check(each.__name__, each)
