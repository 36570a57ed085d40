"""Alerts in the manner of those who send them: China's warning platform, the US weather service, Europe's Meteoalarm.

The texts were written here in the shapes of those profiles; none is anybody's message.
"""

from __future__ import annotations

import pytest

from luoshu.desk.capfile import read_alert
from luoshu.desk.capwords import plain_words

CHINA = """<?xml version="1.0" encoding="UTF-8"?>
<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">
  <identifier>41030041600000_20210720080000</identifier>
  <sender>洛阳市气象台</sender>
  <sent>2021-07-20T08:00:00+08:00</sent>
  <status>Actual</status>
  <msgType>Alert</msgType>
  <source>国家突发事件预警信息发布系统</source>
  <scope>Public</scope>
  <code>11B03</code>
  <info>
    <language>zh-CN</language>
    <category>Met</category>
    <event>暴雨</event>
    <urgency>Immediate</urgency>
    <severity>Extreme</severity>
    <certainty>Likely</certainty>
    <eventCode><valueName>预警事件类型编码</valueName><value>11B03</value></eventCode>
    <effective>2021-07-20T08:00:00+08:00</effective>
    <onset>2021-07-20T08:00:00+08:00</onset>
    <expires>2021-07-20T20:00:00+08:00</expires>
    <senderName>洛阳市气象台</senderName>
    <headline>洛阳市气象台发布暴雨红色预警[I级/特别严重]</headline>
    <description>预计未来3小时，伊川、嵩县降雨量将达100毫米以上。</description>
    <instruction>1.政府及相关部门按照职责做好应急工作；
2.停止集会、停课、停业。</instruction>
    <parameter><valueName>预警颜色</valueName><value>红色</value></parameter>
    <area>
      <areaDesc>河南省洛阳市伊川县、嵩县</areaDesc>
      <geocode><valueName>国家行政区划代码</valueName><value>410329000000</value></geocode>
      <geocode><valueName>国家行政区划代码</valueName><value>410325000000</value></geocode>
    </area>
  </info>
</alert>"""

UNITED_STATES = """<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<?xml-stylesheet href='https://alerts.example/style/alert.xsl' type='text/xsl'?>
<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">
  <identifier>urn:oid:2.49.0.1.840.0.1f2e3d.001.1</identifier>
  <sender>w-nws.example@weather.example</sender>
  <sent>2023-07-10T14:05:00-04:00</sent>
  <status>Actual</status>
  <msgType>Update</msgType>
  <scope>Public</scope>
  <code>IPAWSv1.0</code>
  <references>
  w-nws.example@weather.example,urn:oid:2.49.0.1.840.0.1f2e3c.001.1,2023-07-10T09:12:00-04:00
  w-nws.example@weather.example,urn:oid:2.49.0.1.840.0.1f2e3b.001.1,2023-07-10T03:00:00-04:00</references>
  <info>
    <language>en-US</language>
    <category>Met</category>
    <event>Flash Flood Warning</event>
    <responseType>Avoid</responseType>
    <urgency>Immediate</urgency>
    <severity>Severe</severity>
    <certainty>Likely</certainty>
    <eventCode><valueName>SAME</valueName><value>FFW</value></eventCode>
    <eventCode><valueName>NationalWeatherService</valueName><value>FFW</value></eventCode>
    <effective>2023-07-10T14:05:00-04:00</effective>
    <onset>2023-07-10T14:05:00-04:00</onset>
    <expires>2023-07-10T17:15:00-04:00</expires>
    <senderName>NWS Somewhere</senderName>
    <headline>Flash Flood Warning issued July 10 at 2:05PM EDT until July 10 at 5:15PM EDT</headline>
    <description>At 205 PM EDT, gauge reports indicated heavy rain.

* WHERE...Some County.</description>
    <instruction>Turn around, don't drown when encountering flooded roads.</instruction>
    <web>https://www.weather.example</web>
    <contact>w-nws.example@weather.example</contact>
    <parameter><valueName>AWIPSidentifier</valueName><value>FFWXYZ</value></parameter>
    <parameter><valueName>VTEC</valueName><value>/O.CON.KXYZ.FF.W.0012.000000T0000Z-230710T2115Z/</value></parameter>
    <parameter><valueName>BLOCKCHANNEL</valueName><value>EAS</value></parameter>
    <parameter><valueName>BLOCKCHANNEL</valueName><value>NWEM</value></parameter>
    <area>
      <areaDesc>Some, ST; Other, ST</areaDesc>
      <polygon>44.1,-72.9 44.2,-72.6 44.0,-72.5 43.9,-72.8 44.1,-72.9</polygon>
      <geocode><valueName>SAME</valueName><value>050023</value></geocode>
      <geocode><valueName>UGC</valueName><value>VTC023</value></geocode>
    </area>
  </info>
</alert>"""


def european(language, event, more=""):
    return f"""<info>
    <language>{language}</language>
    <category>Met</category>
    <event>{event}</event>
    <responseType>Monitor</responseType>
    <urgency>Future</urgency>
    <severity>Moderate</severity>
    <certainty>Likely</certainty>
    <effective>2024-01-02T10:00:00+00:00</effective>
    <onset>2024-01-03T00:00:00+00:00</onset>
    <expires>2024-01-03T23:59:59+00:00</expires>
    <senderName>Service météo</senderName>
    <headline>{event}</headline>
    <description>{event}</description>
    <web>https://meteo.example/vigilance?dep=75&amp;x=1</web>
    <contact>METEOALARM</contact>
    <parameter><valueName>awareness_level</valueName><value>2; yellow; Moderate</value></parameter>
    <parameter><valueName>awareness_type</valueName><value>10; Rain</value></parameter>{more}
    <area>
      <areaDesc>Île-de-France</areaDesc>
      <geocode><valueName>EMMA_ID</valueName><value>FR001</value></geocode>
      <geocode><valueName>NUTS3</valueName><value>FR101</value></geocode>
      <altitude>0</altitude>
      <ceiling>9842.5197</ceiling>
    </area>
  </info>"""


RESOURCE = """<resource><resourceDesc>map</resourceDesc><mimeType>image/png</mimeType><size>0</size>
    <uri>https://meteo.example/map.png</uri></resource>"""
EUROPE = f"""<?xml version="1.0" encoding="utf-8"?>
<cap:alert xmlns:cap="urn:oasis:names:tc:emergency:cap:1.2"
  xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
  xsi:schemaLocation="urn:oasis:names:tc:emergency:cap:1.2 http://docs.oasis-open.org/emergency/cap/v1.2/CAP-v1.2.xsd">
  <identifier>2.49.0.0.250.0.FR.20240102100000.01</identifier>
  <sender>vigilance@meteo.example</sender>
  <sent>2024-01-02T10:00:00-00:00</sent>
  <status>Actual</status>
  <msgType>Alert</msgType>
  <scope>Public</scope>
  {european("fr-FR", "Vigilance jaune pluie", RESOURCE)}
  {european("en-GB", "Yellow rain warning")}
</cap:alert>"""
EUROPE = EUROPE.replace("<", "<cap:").replace("<cap:cap:", "<cap:").replace("<cap:/cap:", "</cap:")
EUROPE = EUROPE.replace("<cap:/", "</cap:").replace("<cap:?", "<?")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (CHINA, ["洛阳市气象台", "暴雨红色预警", "伊川县"]),
        (UNITED_STATES, ["Flash Flood Warning", "It is about the message urn:oid:2.49.0.1.840.0.1f2e3c", "an outline"]),
        (EUROPE, ["Vigilance jaune pluie", "Yellow rain warning", "EMMA_ID FR001", "Attached, not opened: map"]),
    ],
    ids=["china", "us", "europe"],
)
def test_alerts_of_the_world_are_valid_and_said_in_plain_words(text, words):
    told, problems = read_alert(text.encode(), "a.xml")
    assert not problems
    said = "\n".join(map(str, plain_words(told)))
    assert all(word in said for word in words)


def test_what_is_only_like_cap_is_named():
    """Files of the Chinese platform's own exchange format look like CAP and are not: their times and codes differ."""
    own = CHINA.replace("2021-07-20T08:00:00+08:00</sent>", "2021-07-20 08:00:00+08:00</sent>")
    own = own.replace("<status>", "<senderCode>41030041600000</senderCode><status>")
    says = [str(problem.says) for problem in read_alert(own.encode(), "a.xml")[1]]
    assert len(says) == 2
    assert "is not a time of CAP" in says[0]
    assert "senderCode is no element of CAP here" in says[1]
