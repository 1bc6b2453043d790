"""Of micropython-lib's `umqtt.simple`, with a broker that is a directory: the last message of each topic is a file."""


class MQTTClient:
    def __init__(self, client_id, server):
        self.connected = False
        self.topic = self.callback = None

    def connect(self):
        self.connected = True

    def disconnect(self):
        self.connected = False

    def publish(self, topic, message, retain=False):
        assert self.connected
        assert retain, "the stand-in keeps messages and does not deliver them"
        with open(_file(topic), "wb") as file:
            file.write(message)

    def set_callback(self, callback):
        self.callback = callback

    def subscribe(self, topic):
        self.topic = topic

    def wait_msg(self):
        assert self.connected
        with open(_file(self.topic), "rb") as file:
            self.callback(self.topic, file.read())


def _file(topic):
    return topic.decode().replace("/", "-") + ".mqtt"
