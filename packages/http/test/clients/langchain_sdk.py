"""LangChain's provider of OpenAI against a gateway: one line of JSON for each thing that it does."""
import asyncio
import json
import sys

from langchain_core.tools import tool
from langchain_openai import ChatOpenAI, OpenAIEmbeddings

url, key, model = sys.argv[1:4]
common = {"base_url": f"{url}/v1", "api_key": key, "max_retries": 0}
chat = ChatOpenAI(model=model, max_tokens=8, stream_usage=True, **common)


def check(what, body):
    try:
        print(json.dumps({"what": what, "said": body()}), flush=True)
    except Exception as error:
        print(json.dumps({"what": what, "failed": f"{type(error).__name__}: {error}"}), flush=True)


def invoke():
    answer = chat.invoke("Hello")
    assert answer.usage_metadata["output_tokens"] == 8
    return answer.content


def stream():
    whole = None
    for chunk in chat.stream([("system", "Be brief."), ("human", "Hello")]):
        whole = chunk if whole is None else whole + chunk
    assert whole.usage_metadata["output_tokens"] == 8
    return whole.content


def batch():
    return len(asyncio.run(chat.abatch(["one", "two", "three", "four"])))


def tools():
    @tool
    def weather(city: str) -> str:
        """The weather of a city."""
        return city

    answer = chat.bind_tools([weather], tool_choice="weather").invoke("What is the weather?")
    return answer.tool_calls[0]["name"]


def responses():
    answer = ChatOpenAI(model=model, max_tokens=8, use_responses_api=True, **common).invoke("Hello")
    return answer.text if isinstance(answer.text, str) else answer.text()


def embeddings():
    vectors = OpenAIEmbeddings(model=model, check_embedding_ctx_length=False, **common).embed_documents(["one", "two"])
    return len(vectors)


for each in (invoke, stream, batch, tools, responses, embeddings):
    check(each.__name__, each)
